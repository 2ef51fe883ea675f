/**
 * Where the scrubber's frames come from. In the app that is the server: one frame with every state, and the sweep, fetched
 * once it is computed, with its progress on the way.
 *
 * @typedef {{formulas: string[], frames: import("./frames.js").Frame[]}} Frames
 *
 * @typedef {object} Under under which circumstances a sweep is wanted
 * @property {AbortSignal} signal
 * @property {Promise<void>} drawn once the first picture stands
 * @property {(done: number, total: number) => void} onProgress
 * @property {(why: string) => void} onTrouble called each time it fails and is about to be tried again
 *
 * @typedef {object} Source
 * @property {(state: import("./main.js").State) => Frames} exact the one frame at a state's exact scale
 * @property {(sweep: string, under: Under) => Promise<Frames>} sweep the frames of the whole grid
 */

import { bytes, decode } from "./frames.js";

const POLL_MS = 400;
const AGAIN_MS = 4000; // after a failure: the server may be restarting

/** @type {Source} */
export const server = { exact: ({ exact }) => decode(bytes(exact)), sweep: fetchSweep };

/** @param {string} path on this server @param {Under} under @returns {Promise<Frames>} */
async function fetchSweep(path, { signal, drawn, onProgress, onTrouble }) {
  await drawn;
  const url = new URL(path, location.origin).href;
  for (;;) {
    try {
      const response = await fetch(url, { signal });
      if (response.status === 200) return decode(await response.arrayBuffer());
      if (response.status === 404) throw new Gone("the server knows no such sweep; reload the page");
      if (response.status !== 202) throw new Error(`the server answered ${response.status}`);
      const { done, total } = await response.json();
      onProgress(done, total);
      await pause(POLL_MS);
    } catch (error) {
      if (signal.aborted || error instanceof Gone) throw error;
      onTrouble(`the sweep did not arrive (${error.message}), trying again`);
      await pause(AGAIN_MS);
    }
  }
}

/** What no further try will bring. */
class Gone extends Error {}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
