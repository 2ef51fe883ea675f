/**
 * The view in the address, with the app's parameters and its rules (`view.py`): what is missing or wrong gets its default.
 *
 * @typedef {{scale: number, dtype: string, weights: string, seed: number, sample: number | null}} View
 */

import built from "./built.js";
import * as format from "./format.js";

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** @param {string} text @param {[number, number]} limits */
function number(text, [low, high]) {
  const value = NUMBER.test(text.trim()) ? Number(format.scale(Number(text))) : NaN;
  return value >= low && value <= high ? value : undefined;
}

/** @param {string} text @param {[number, number]} limits */
function whole(text, limits) {
  return Number.isInteger(Number(text)) ? number(text, limits) : undefined;
}

/** @param {string} text @param {string[]} choices */
const one = (text, choices) => (choices.includes(text) ? text : undefined);

const READERS = { scale: number, dtype: one, weights: one, seed: whole, sample: whole };

/** @param {string} search @returns {View} */
export function parse(search) {
  const given = new URLSearchParams(search);
  const read = Object.entries(READERS).map(([name, reader]) => {
    const text = given.getAll(name).at(-1);
    return [name, (text === undefined ? undefined : reader(text, built.allowed[name])) ?? built.defaults[name]];
  });
  return /** @type {View} */ (Object.fromEntries(read));
}

/** What differs from the default, `?` in front, or nothing. @param {View} view */
export function query(view) {
  const changed = Object.keys(READERS).filter((name) => view[name] !== built.defaults[name]);
  const text = new URLSearchParams(changed.map((name) => [name, name === "scale" ? format.scale(view.scale) : String(view[name])]));
  return changed.length ? `?${text}` : "";
}
