/** The track: where scales stand on it, and where formulas first fail. */

import fixed from "./fixed.js";

const [LOW, HIGH] = [Math.log(fixed.grid[0]), Math.log(fixed.grid[fixed.grid.length - 1])];

/** Where a scale stands on the track, 0 to 1. @param {number} scale */
export function share(scale) {
  return Math.min(1, Math.max(0, (Math.log(scale) - LOW) / (HIGH - LOW)));
}

/** The step of the grid nearest to a scale. @param {number} scale */
export function nearest(scale) {
  return Math.round(share(scale) * (fixed.grid.length - 1));
}

/** A mark below the track at every power of ten. */
export function ticks() {
  return fixed.grid
    .filter((scale) => Number.isInteger(Math.log10(scale)))
    .map((scale) => {
      const tick = document.createElement("span");
      tick.style.setProperty("--share", String(share(scale)));
      tick.textContent = scale.toLocaleString("en-US");
      return tick;
    });
}

/**
 * The least scale of the grid at which each formula loses a row.
 *
 * @param {{formulas: string[], frames: import("./frames.js").Frame[]}} sweep
 * @returns {import("./guess.js").Failure[]}
 */
export function firstFailures({ formulas, frames }) {
  const { causes } = fixed;
  return fixed.formulas.map(({ name, label, colour }) => {
    const none = formulas.indexOf(name) * causes.length;
    const rows = frames[0].causes.subarray(none, none + causes.length).reduce((a, b) => a + b, 0);
    const broken = frames.find((frame) => frame.causes[none] < rows);
    return { label, colour, scale: broken ? broken.scale : null };
  });
}
