/**
 * The numbers, from files beside the page. They come as scripts: unlike `fetch`, those load from a folder without a server
 * too. In them are the arrays of `wire.py`, gzipped, since not every server compresses.
 *
 * @typedef {object} Computed
 * @property {string[]} formulas
 * @property {import("./frames.js").Frame[]} frames of every scale that was computed
 * @property {import("./frames.js").Frame[]} grid those of the track's scales
 * @property {import("./frames.js").Strip} strip
 */

import built from "./built.js";
import fixed from "./fixed.js";
import { bytes, decode } from "./frames.js";

/** @type {Map<string, Promise<Computed>>} */
const wanted = new Map();
/** @type {Map<string, string>} */
const arrived = new Map();

Object.assign(window, { whereSoftmaxBreaks: (name, base64) => arrived.set(name, base64) });

/** The numbers of one setting; what failed is tried again by the next call. @param {string} name @returns {Promise<Computed>} */
export function load(name) {
  if (!wanted.has(name)) {
    const computed = script(`data/${name}.js?v=${built.version}`).then(() => unpacked(arrived.get(name)));
    computed.catch(() => wanted.delete(name));
    wanted.set(name, computed);
  }
  return wanted.get(name);
}

/** @param {string} url @returns {Promise<void>} */
function script(url) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = url;
    element.onload = () => resolve();
    element.onerror = () => reject(new Error(`${url.split("?")[0]} is not there`));
    document.head.append(element);
  });
}

/** @param {string} base64 @returns {Promise<Computed>} */
async function unpacked(base64) {
  const stream = new Blob([bytes(base64)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const { formulas, frames } = decode(await new Response(stream).arrayBuffer());
  const onTrack = new Set(fixed.grid);
  return { formulas, frames, grid: frames.filter(({ scale }) => onTrack.has(scale)), strip: frames[0].strip };
}
