/** The options of a choice, a row each: its words, how many chose it, whose it is and which is right. */

import { make, prose, say } from "./elements.js";

/** @typedef {{label: string, count: number, right: boolean, wrong: boolean, mine: boolean, picture?: string}} Option */
/** @typedef {{row: HTMLElement, fill: HTMLElement, count: HTMLElement, note: HTMLElement}} Row */

export class Options {
  /** @param {(option: string) => void} [onChoose] where one can be chosen; elsewhere they are only shown */
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.element = make("ol", { className: "options", ariaLabel: "Answers" });
    this.labels = "";
    /** @type {Row[]} */
    this.rows = [];
  }

  /** @param {Option[]} options @param {boolean} shown whether the counts are @param {boolean} open */
  update(options, shown, open) {
    const labels = JSON.stringify(options.map(({ label, picture }) => [label, picture]));
    if (labels !== this.labels) this.build(options);
    this.labels = labels;
    const all = options.reduce((sum, { count }) => sum + count, 0);
    this.element.classList.toggle("shown", shown);
    options.forEach(({ count, right, wrong, mine }, i) => {
      const { row, ...parts } = this.rows[i];
      row.classList.toggle("right", right);
      row.classList.toggle("mine", mine);
      if (this.onChoose) row.ariaPressed = String(mine);
      if (this.onChoose) row.disabled = !open;
      parts.fill.style.setProperty("--share", String(shown && all ? count / all : 0));
      say(parts.count, shown ? `${count}${all ? ` (${Math.round((100 * count) / all)} %)` : ""}` : "");
      say(parts.note, [right && "✓ right", shown && mine && `${wrong ? "✗ " : ""}your answer`].filter(Boolean).join(" · "));
    });
  }

  build(options) {
    this.rows = options.map(({ label, picture }) => this.row(label, picture));
    this.element.replaceChildren(...this.rows.map(({ row }) => make("li", {}, row)));
  }

  /** @returns {Row} */
  row(label, picture) {
    const [words, fill, count, note] = [make("span"), make("i"), make("span", { className: "count" }), make("span", { className: "note" })];
    prose(words, label);
    const image = picture ? [make("img", { src: picture, alt: "" })] : [];
    const choice = { type: "button", className: "option choice", onclick: () => this.onChoose(label) };
    const row = this.onChoose ? make("button", choice) : make("div", { className: "option" });
    row.append(
      make("span", { className: "label" }, ...image, words), " ",
      make("span", { className: "bar", ariaHidden: "true" }, fill), count, " ", note,
    );
    return { row, fill, count, note };
  }
}
