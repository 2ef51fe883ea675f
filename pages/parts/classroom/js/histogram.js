/** Scales that the class guessed, as columns, each with its count as text: a list to a screen reader. */

import { make, say } from "./elements.js";
import { scale } from "./format.js";

export const TICKS = [0.1, 1, 10, 100, 1000, 10_000];
const A_DECADE = 4; // columns
const DECADES = TICKS.length - 1;

/** Where a scale stands on the log track, 0 to 1. @param {number} value */
export const share = (value) => Math.min(1, Math.max(0, (Math.log10(value) + 1) / DECADES));

/** @param {number} value */
const columnOf = (value) => Math.min(A_DECADE * DECADES - 1, Math.floor(share(value) * A_DECADE * DECADES + 1e-9));

/** Columns over the log track of scales, and where the truth is on it. */
export class Scales {
  constructor() {
    this.columns = Array.from({ length: A_DECADE * DECADES }, (_, i) => {
      const [fill, count, words] = [make("i"), make("b"), make("span", { className: "unseen" })];
      return { item: make("li", {}, words, count, fill), fill, count, words, from: 10 ** (i / A_DECADE - 1) };
    });
    this.truth = make("i", { className: "truth", hidden: true });
    this.list = make("ol", { className: "columns", ariaLabel: "Answers of the class, by scale" }, ...this.columns.map(({ item }) => item));
    this.flags = make("div", { className: "flags" });
    this.element = make("div", { className: "scales" }, this.flags, make("div", { className: "plot" }, this.list, this.truth), ticks());
  }

  /** @param {[string, number][]} counts of each scale @param {number | null} right @param {number | null} mine */
  update(counts, right, mine) {
    const heights = this.columns.map(() => 0);
    for (const [value, count] of counts) heights[columnOf(Number(value))] += count;
    const most = Math.max(1, ...heights);
    this.columns.forEach(({ item, fill, count, words, from }, i) => {
      item.ariaHidden = heights[i] ? null : "true"; // read out are those with answers
      fill.style.setProperty("--share", String(heights[i] / most));
      say(count, heights[i] ? String(heights[i]) : "");
      say(words, heights[i] ? `×${scale(Number(from.toPrecision(3)))} to ×${scale(Number((from * 10 ** (1 / A_DECADE)).toPrecision(3)))}: ` : "");
    });
    this.truth.hidden = right === null;
    this.truth.style.setProperty("--share", String(share(right ?? 1)));
    this.flags.replaceChildren(...[flag(mine, "your answer", "mine"), flag(right, "right", "right")].flat());
  }
}

/** The track's numbers, below it. */
export function ticks() {
  const at = (tick) => {
    const label = make("span", {}, tick.toLocaleString("en-US"));
    label.style.setProperty("--share", String(share(tick)));
    return label;
  };
  return make("div", { className: "ticks", ariaHidden: "true" }, ...TICKS.map(at));
}

/** @param {number | null} value @param {string} words @returns {HTMLElement[]} */
function flag(value, words, className) {
  if (value === null || !(value > 0)) return [];
  const element = make("span", { className }, `${words} ×${scale(value)}`);
  element.style.setProperty("--share", String(share(value)));
  return [element];
}
