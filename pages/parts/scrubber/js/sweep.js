/** The sweep: fetched once it is computed, with its progress on the way. */

import { decode } from "./frames.js";

const POLL_MS = 400;

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {(done: number, total: number) => void} onProgress
 * @returns {Promise<{formulas: string[], frames: import("./frames.js").Frame[]}>}
 */
export async function fetchSweep(url, signal, onProgress) {
  for (;;) {
    const response = await fetch(url, { signal });
    if (response.status === 200) return decode(await response.arrayBuffer());
    if (response.status !== 202) throw new Error(`the server answered ${response.status}`);
    const { done, total } = await response.json();
    onProgress(done, total);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
