/** Texts that students wrote: the presenter chooses which ones the class sees once its answers are shown. */

import { client } from "./client.js";
import { button, make, plural, say } from "./elements.js";

/** @returns {import("./class.js").Part} */
export function letThrough() {
  const head = make("h3");
  const list = make("ul", { className: "letting" });
  const element = make("div", {}, head, list);
  /** @type {Map<string, Line>} kept, so that the focus is */
  let lines = new Map();

  /** @param {import("./client.js").Room} room */
  const update = ({ number, question, stage, texts }) => {
    element.hidden = question.kind !== "text" || !texts.length;
    say(head, headOf(stage, texts.filter(({ allowed }) => allowed).length, texts.length));
    const before = lines;
    lines = new Map(texts.map(({ id }) => [`${number}.${id}`, before.get(`${number}.${id}`) ?? line()]));
    texts.forEach(({ id, text, allowed }) => {
      const { words, mark, choose } = lines.get(`${number}.${id}`);
      say(words, text);
      say(mark, allowed ? (stage === "asked" ? "✓ will be shown" : "✓ shown") : "kept back");
      say(choose, allowed ? "Keep back" : "Let through");
      choose.ariaLabel = `${choose.textContent}: ${text}`;
      choose.onclick = () => client.act({ do: "let", id, allowed: !allowed });
    });
    const items = [...lines.values()].map(({ item }) => item);
    if (items.length !== list.children.length || items.some((item, i) => item !== list.children[i])) list.replaceChildren(...items);
  };
  return { element, update };
}

function headOf(stage, allowed, all) {
  return stage === "asked"
    ? `${plural(all, "text")}. Let through what the class may see, then press “Show answers”: ${allowed} so far.`
    : `${plural(all, "text")}. The class sees ${allowed || "none"} of them.`;
}

/** @typedef {{item: HTMLElement, words: HTMLElement, mark: HTMLElement, choose: HTMLButtonElement}} Line */

/** @returns {Line} */
function line() {
  const [words, mark, choose] = [make("span"), make("span", { className: "note" }), button("", () => undefined)];
  return { item: make("li", {}, words, mark, choose), words, mark, choose };
}
