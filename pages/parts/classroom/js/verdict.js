/** What everybody is told of a question, and whoever answered it of their answer. */

import { scale } from "./format.js";

export const NEAR = 1.1; // a scale within a tenth counts as right: the truth itself is a step of the slider

/** A scale as it is read. @param {number} value */
export const times = (value) => `×${scale(value)}`;

/**
 * @param {import("./client.js").Room} room in which the truth is told
 * @param {string | null} given this member's answer
 * @returns {{is: "right" | "wrong" | "", says: string}}
 */
export function verdict({ question, truth }, given) {
  if (!truth?.right) return { is: "", says: "The answers are closed." };
  if (question.kind === "scale") return ofScale(Number(truth.right), given);
  if (given === null) return { is: "", says: `It is ${truth.right}.` };
  return given === truth.right
    ? { is: "right", says: "Right." }
    : { is: "wrong", says: `Not right: it is ${truth.right}.` };
}

function ofScale(right, given) {
  if (given === null) return { is: "", says: `It is ${times(right)}.` };
  const apart = Math.max(right / Number(given), Number(given) / right);
  return apart <= NEAR
    ? { is: "right", says: `Right, within a tenth: it is ${times(right)}.` }
    : { is: "wrong", says: `Not right: it is ${times(right)}, you said ${times(Number(given))}.` };
}
