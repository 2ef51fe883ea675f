/** The chosen digit: its picture, and where on the track the naive formula loses it. */

import built from "./built.js";
import fixed from "./fixed.js";
import * as format from "./format.js";
import { NAIVE, Picture } from "./picture.js";

const SIDE = 28;
const LOST = new Set(["+inf", "-inf", "nan"]);
const { words } = built;
const picture = new Picture(fixed.look);

/** A text of `words.py` with its numbers in place. @param {string} template @param {Record<string, string>} [values] */
export function filled(template, values = {}) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/**
 * @param {HTMLElement} root
 * @param {import("./files.js").Computed} computed
 * @param {number} rank of the digit in the strip
 * @returns {number | null} the scale at which it is lost
 */
export function showDigit(root, { grid, strip }, rank) {
  const [row, target] = [format.count(strip.rows[rank]), String(strip.digits[rank])];
  const canvas = /** @type {HTMLCanvasElement} */ (root.querySelector("canvas"));
  draw(canvas, strip.images.subarray(rank * SIDE ** 2, (rank + 1) * SIDE ** 2));
  canvas.setAttribute("aria-label", `Digit ${row}: a handwritten ${target}`);
  const step = grid.findIndex(({ levels }) => LOST.has(picture.kind(picture.strip(levels, NAIVE)[rank])));
  root.querySelector("h2").textContent = rank ? filled(words.CHOSEN, { row }) : words.FIRST;
  root.querySelector(".digit-name").textContent = filled(words.DIGIT, { row, target });
  ask(root.querySelector("details"), filled(words.ASKED, { row }), fate(grid, step));
  return step < 0 ? null : grid[step].scale;
}

/** Dark ink on white in both themes. @param {HTMLCanvasElement} canvas @param {Uint8Array} ink */
function draw(canvas, ink) {
  const image = new ImageData(SIDE, SIDE);
  ink.forEach((value, i) => image.data.set([255 - value, 255 - value, 255 - value, 255], 4 * i));
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** Folds the answer away whenever it is that of another question. @param {HTMLDetailsElement} details */
function ask(details, question, answer) {
  const summary = details.querySelector("summary");
  if (summary.textContent !== question) details.open = false;
  summary.textContent = question;
  details.querySelector("p").textContent = answer;
}

/** @param {import("./frames.js").Frame[]} grid @param {number} step */
function fate(grid, step) {
  if (step < 0) return words.KEPT;
  const scale = format.scale(grid[step].scale);
  return step ? filled(words.LOST, { before: format.scale(grid[step - 1].scale), scale }) : filled(words.LOST_AT_ONCE, { scale });
}
