/** One card a formula: its loss, how many rows failed, and for which causes. */

import * as format from "./format.js";

/**
 * @typedef {{name: string, label: string, colour: string}} Formula
 */

export class Readouts {
  /**
   * @param {HTMLElement} root
   * @param {Formula[]} formulas
   * @param {string[]} causes the first one is "none"
   */
  constructor(root, formulas, causes) {
    this.formulas = formulas;
    this.causes = causes;
    this.cards = formulas.map((formula) => card(formula));
    root.replaceChildren(...this.cards.map((it) => it.element));
  }

  /**
   * @param {import("./frames.js").Frame} frame
   * @param {string[]} names the formulas in the frame's order
   */
  show(frame, names) {
    this.formulas.forEach(({ name }, i) => {
      const row = names.indexOf(name);
      const counts = frame.causes.subarray(row * this.causes.length, (row + 1) * this.causes.length);
      const total = counts.reduce((a, b) => a + b, 0);
      const text = format.loss(frame.loss[row]);
      const { element, value, failed, why } = this.cards[i];
      value.textContent = text;
      failed.textContent = `${format.count(total - counts[0])} of ${format.count(total)} digits not finite`;
      why.textContent = [this.why(counts), ofNan(name, frame.loss[row], this.causes, counts)].filter(Boolean).join(". ");
      element.classList.toggle("wsb-broken", !Number.isFinite(frame.loss[row]));
    });
  }

  /** What made rows fail, the most frequent first. @param {Int32Array} counts */
  why(counts) {
    return this.causes
      .map((cause, i) => ({ cause, n: counts[i] }))
      .filter(({ cause, n }) => cause !== "none" && n > 0)
      .sort((a, b) => b.n - a.n)
      .map(({ cause, n }) => `${cause}: ${format.count(n)}`)
      .join(", ");
  }

  /** The readouts in one breath, for the slider's spoken value. */
  spoken() {
    return this.cards.map(({ value, failed }, i) => `${this.formulas[i].label} ${value.textContent}, ${failed.textContent}`).join("; ");
  }
}

/**
 * Why a mean is nan, in words; nothing where it is not. Only the naive formula divides.
 *
 * @param {string} name of the formula
 * @param {number} loss
 * @param {string[]} causes
 * @param {Int32Array} counts of each cause
 */
function ofNan(name, loss, causes, counts) {
  if (!Number.isNaN(loss)) return "";
  const divided = name === "log_of_softmax" && counts[causes.indexOf("exp overflows")] > 0;
  return divided ? "inf / inf is nan, and one nan makes the mean nan" : "One nan makes the mean nan";
}

/** @param {Formula} formula */
function card({ name, label, colour }) {
  const element = document.createElement("div");
  element.className = "wsb-card";
  element.style.setProperty("--formula", colour);
  const part = (className) => {
    const div = document.createElement("div");
    div.className = className;
    element.append(div);
    return div;
  };
  part("wsb-label").textContent = `Loss by ${label}`;
  const value = part("wsb-value");
  value.dataset.readout = name;
  return { element, value, failed: part("wsb-failed"), why: part("wsb-why") };
}
