/** The running question as everybody sees it: what is asked, the class's answers, the truth. */

import { client } from "./client.js";
import { make, plural, say } from "./elements.js";
import { scale } from "./format.js";
import { Options, Scales } from "./histogram.js";

/**
 * @typedef {object} Ready a question the page brings along
 * @property {string} key
 * @property {string} asked
 * @property {"choice" | "scale"} kind
 * @property {string[]} options
 * @property {Record<string, string>} pictures of options, as addresses
 * @property {string} page of the view that shows the evidence
 * @property {string} query
 */

/** @type {Ready[]} */
export let ready = [];

/** @param {Ready[]} questions */
export function bring(questions) {
  ready = questions;
}

/** What the page knows of the running question, unless it is the presenter's own. @returns {Ready | undefined} */
export function brought({ key }) {
  return ready.find((it) => it.key === key);
}

/** @param {import("./client.js").Question} question */
export const pictures = (question) => brought(question)?.pictures ?? {};

/** The answers and the truth below a question, for whoever looks. */
export class Results {
  constructor() {
    this.options = new Options();
    this.scales = new Scales();
    this.texts = make("ul", { className: "texts", ariaLabel: "Answers of the class" });
    this.answered = make("p", { className: "answered" });
    this.right = make("p", { className: "truth" });
    this.because = make("p", { className: "because" });
    this.told = make("div", { className: "told" }, this.right, this.because);
    this.element = make("div", { className: "results" },
      this.options.element, this.scales.element, this.texts, this.answered, this.told,
    );
  }

  /** @param {import("./client.js").Room} room @param {boolean} always whether options show before their counts do */
  update(room, always = false) {
    const { question, stage, truth, members, answered } = room;
    const shown = stage !== "asked" && room.counts !== null;
    this.options.element.hidden = question.kind !== "choice" || !(shown || always);
    this.scales.element.hidden = question.kind !== "scale" || !shown;
    if (!this.options.element.hidden) this.options.update(bars(room), shown);
    if (!this.scales.element.hidden) this.scales.update(room.counts, number(truth?.right), number(client.mine().given));
    this.updateTexts(room);
    say(this.answered, `${answered} of ${plural(members, "member")} answered`);
    this.told.hidden = stage !== "told";
    const right = question.kind === "scale" && truth?.right ? times(Number(truth.right)) : truth?.right;
    say(this.right, right ? `Right: ${right}` : "The answers are closed.");
    say(this.because, truth?.because ?? "");
  }

  updateTexts({ question, texts }) {
    const allowed = texts.filter((it) => it.allowed);
    this.texts.hidden = question.kind !== "text" || !allowed.length;
    const ids = allowed.map(({ id }) => id).join();
    if (ids === this.texts.dataset.ids) return;
    this.texts.dataset.ids = ids;
    this.texts.replaceChildren(...allowed.map(({ text }) => make("li", {}, text)));
  }
}

/** @param {import("./client.js").Room} room @returns {import("./histogram.js").Bar[]} */
function bars({ question, counts, truth }) {
  const { given } = client.mine();
  const shown = pictures(question);
  const counted = new Map(counts ?? []);
  return question.options.map((option) => ({
    label: option,
    count: counted.get(option) ?? 0,
    right: truth?.right === option,
    mine: given === option,
    picture: shown[option],
  }));
}

/** @param {string | null | undefined} text @returns {number | null} */
const number = (text) => (text ? Number(text) : null);

/** A scale as it is read. @param {number} value */
export const times = (value) => `×${scale(value)}`;
