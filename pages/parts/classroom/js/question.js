/** The running question as everybody sees it: what is asked, the class's answers, the truth. */

import { client } from "./client.js";
import { make, prose, say } from "./elements.js";
import { Scales } from "./histogram.js";
import { Options } from "./options.js";
import { NEAR, verdict } from "./verdict.js";

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

/** Where the truth is seen: a page and view, of a scale at a little more than that. @param {import("./client.js").Room} room */
export function evidence({ question, truth }) {
  const { page, query } = brought(question);
  if (question.kind !== "scale") return { page, query };
  const view = new URLSearchParams(query);
  view.set("scale", String(Number((Number(truth.right) * NEAR).toPrecision(3))));
  return { page, query: `?${view}` };
}

const STAGES = {
  asked: "Asked. Answers are open.",
  shown: "Shown. Answers are still open.",
  told: "Told. Answers are closed.",
};

/** For who presents: what the class may do and sees. @param {import("./client.js").Room} room */
export function stageOf({ stage, truth }) {
  return stage === "told" && !truth?.right ? "Answers are closed." : STAGES[stage];
}

/** Whether the class sees its answers. @param {import("./client.js").Room} room */
const isShown = ({ stage, counts }) => stage !== "asked" && counts !== null;

/** The answers to a question, for whoever looks, and what is said of them once they are closed. */
export class Results {
  /** @param {(option: string) => void} [onChoose] for who can answer */
  constructor(onChoose) {
    this.options = new Options(onChoose);
    this.scales = new Scales();
    this.texts = make("ul", { className: "texts", ariaLabel: "Answers of the class" });
    this.none = make("p", { className: "note" }, "No text has been let through yet.");
    this.answered = make("p", { className: "answered" });
    this.element = make("div", { className: "results" },
      this.options.element, this.scales.element, this.texts, this.none, this.answered,
    );
    this.verdict = make("p", { className: "verdict", tabIndex: -1 });
    this.because = make("p", { className: "because" });
    this.box = make("div", { className: "told", hidden: true }, this.verdict, this.because);
    this.told = make("div", { role: "status" }, this.box); // there before its words are, so that they are read out
  }

  /** @param {import("./client.js").Room} room */
  update(room) {
    const { question, stage, truth, members, answered } = room;
    const { given } = client.mine();
    const shown = isShown(room);
    this.options.element.hidden = question.kind !== "choice";
    this.scales.element.hidden = question.kind !== "scale" || !shown;
    if (question.kind === "choice") this.options.update(options(room, given), shown, stage !== "told");
    if (!this.scales.element.hidden) this.scales.update(room.counts, number(truth?.right), number(given));
    this.updateTexts(room, shown);
    say(this.answered, `${answered} of ${members} answered`);
    this.box.hidden = stage !== "told" || (room.role === "presenter" && !truth?.right);
    this.box.dataset.is = stage === "told" ? verdict(room, given).is : "";
    prose(this.verdict, stage === "told" ? verdict(room, given).says : "");
    prose(this.because, truth?.because ?? "");
  }

  updateTexts({ question, texts }, shown) {
    const allowed = shown ? texts.filter((it) => it.allowed) : [];
    this.texts.hidden = question.kind !== "text" || !allowed.length;
    this.none.hidden = question.kind !== "text" || !shown || allowed.length > 0;
    const ids = allowed.map(({ id }) => id).join();
    if (ids === this.texts.dataset.ids) return;
    this.texts.dataset.ids = ids;
    this.texts.replaceChildren(...allowed.map(({ text }) => make("li", {}, text)));
  }
}

/** @param {import("./client.js").Room} room @returns {import("./options.js").Option[]} */
function options({ question, counts, truth }, given) {
  const pictures = brought(question)?.pictures ?? {};
  const counted = new Map(counts ?? []);
  return question.options.map((option) => ({
    label: option,
    count: counted.get(option) ?? 0,
    right: truth?.right === option,
    wrong: Boolean(truth?.right) && truth.right !== option,
    mine: given === option,
    picture: pictures[option],
  }));
}

/** @param {string | null | undefined} text @returns {number | null} */
const number = (text) => (text ? Number(text) : null);
