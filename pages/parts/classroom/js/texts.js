/** Texts that students wrote: the class sees one when the presenter lets it through. */

import { client } from "./client.js";
import { button, make, say } from "./elements.js";

/** @returns {import("./class.js").Part} */
export function letThrough() {
  const head = make("h3", {}, "Texts: the class sees those you let through");
  const list = make("ul", { className: "letting" });
  const element = make("div", {}, head, list);
  /** @type {Map<string, {item: HTMLElement, words: HTMLElement, let: HTMLButtonElement}>} kept, so that the focus is */
  let lines = new Map();

  /** @param {import("./client.js").Room} room */
  const update = ({ number, question, texts }) => {
    element.hidden = question.kind !== "text" || !texts.length;
    const before = lines;
    lines = new Map(texts.map(({ id }) => [`${number}.${id}`, before.get(`${number}.${id}`) ?? line()]));
    texts.forEach(({ id, text, allowed }) => {
      const { words, let: choose } = lines.get(`${number}.${id}`);
      say(words, text);
      say(choose, allowed ? "Take back" : "Let through");
      choose.ariaLabel = `${allowed ? "Take back" : "Let through"}: ${text}`;
      choose.onclick = () => client.act({ do: "let", id, allowed: !allowed });
    });
    const items = [...lines.values()].map(({ item }) => item);
    if (items.length !== list.children.length || items.some((item, i) => item !== list.children[i])) list.replaceChildren(...items);
  };
  return { element, update };
}

function line() {
  const words = make("span");
  const choose = button("", () => undefined);
  return { item: make("li", {}, words, choose), words, let: choose };
}
