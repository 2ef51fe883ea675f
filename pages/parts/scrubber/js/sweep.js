/** The sweep: fetched once it is computed, with its progress on the way. */

import { decode } from "./frames.js";

const POLL_MS = 400;
const AGAIN_MS = 4000; // after a failure: the server may be restarting

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {(done: number, total: number) => void} onProgress
 * @param {(why: string) => void} onTrouble called each time it fails and is about to be tried again
 * @returns {Promise<{formulas: string[], frames: import("./frames.js").Frame[]}>}
 */
export async function fetchSweep(url, signal, onProgress, onTrouble) {
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
