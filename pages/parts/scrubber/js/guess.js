/**
 * A question before the drag: where will it break? The answer shows on the track only once it is asked for, and is asked
 * for anew with other weights or another dtype.
 */

import * as format from "./format.js";

const STORE = "where-softmax-breaks.guesses";

/**
 * @typedef {{label: string, colour: string, scale: number | null}} Failure the least scale of the grid at which a formula
 * loses a row, null if none does
 */

export class Guess {
  /** @param {HTMLElement} root @param {(scale: number) => number} shareOf where a scale stands on the track, 0 to 1 */
  constructor(root, shareOf) {
    this.form = /** @type {HTMLFormElement} */ (root.querySelector(".wsb-guess"));
    this.answer = /** @type {HTMLElement} */ (root.querySelector(".wsb-answer"));
    this.flags = /** @type {HTMLElement} */ (root.querySelector(".wsb-flags"));
    this.shareOf = shareOf;
    /** @type {Failure[] | null} */
    this.failures = null;
    /** @type {{guess: number | null} | null} */
    this.asked = null;
    this.sweep = "";
    this.form.onsubmit = (event) => {
      event.preventDefault();
      this.ask(Number(this.form.querySelector("input").value));
    };
    /** @type {HTMLElement} */ (root.querySelector(".wsb-show")).onclick = () => this.ask(null);
  }

  /** @param {number | null} guess */
  ask(guess) {
    this.asked = { guess };
    remember(this.sweep, guess);
    this.show();
  }

  /** @param {string} sweep what the question is about now; its failures are on their way */
  about(sweep) {
    this.sweep = sweep;
    this.asked = recall(sweep);
    this.know(null);
  }

  /** @param {Failure[] | null} failures null while the sweep is on its way */
  know(failures) {
    this.failures = failures;
    this.show();
  }

  show() {
    this.form.hidden = this.asked !== null;
    this.answer.hidden = this.asked === null;
    if (!this.asked) {
      this.flags.replaceChildren();
      return;
    }
    const guessed = this.asked.guess === null ? "" : `You guessed ${format.scale(this.asked.guess)}. `;
    if (!this.failures) {
      this.answer.textContent = `${guessed}Torch is still working through the scales.`;
      return;
    }
    this.answer.textContent = guessed + this.failures.map(({ label, scale }) => sentence(label, scale)).join(" ");
    const marks = this.failures.filter(({ scale }) => scale !== null);
    if (this.asked.guess !== null) marks.push({ label: "Your guess", colour: "currentColor", scale: this.asked.guess });
    const flags = marks.map(({ label, colour, scale }, i) => {
      const before = marks.slice(0, i).filter((mark) => mark.scale === scale).length;
      return this.flag(scale, colour, label, before);
    });
    this.flags.replaceChildren(...flags);
  }

  /** @param {number} before how many flags stand at the same scale already: this one moves aside */
  flag(scale, colour, label, before) {
    const flag = document.createElement("i");
    flag.style.setProperty("--share", String(this.shareOf(scale)));
    flag.style.setProperty("--aside", `${0.7 * before}em`);
    flag.style.color = colour;
    flag.title = `${label}: ${format.scale(scale)}`;
    flag.textContent = label === "Your guess" ? "◆" : "▼";
    return flag;
  }
}

function sentence(label, scale) {
  return scale === null ? `${label} never fails on this track.` : `${label} first fails on the step to ×${format.scale(scale)}.`;
}

/** What this tab was asked about a sweep. Storage may be denied, in a foreign frame for one: then every visit asks anew. */
function recall(sweep) {
  const guess = guesses()[sweep];
  return guess === null || (guess >= 0.1 && guess <= 10000) ? { guess } : null;
}

function remember(sweep, guess) {
  try {
    sessionStorage.setItem(STORE, JSON.stringify({ ...guesses(), [sweep]: guess }));
  } catch (denied) {
    console.info("The guess is not remembered:", denied.message);
  }
}

/** @returns {Record<string, number | null>} */
function guesses() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE) ?? "{}") ?? {};
  } catch (unusable) {
    return {};
  }
}
