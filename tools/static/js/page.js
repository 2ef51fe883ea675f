/** Break it without a server: what the scrubber asks the app for is answered from files beside the page. */

import built from "./built.js";
import { filled, showDigit } from "./digit.js";
import { load } from "./files.js";
import * as format from "./format.js";
import { mount } from "./main.js";
import { parse, query } from "./view.js";

const root = /** @type {HTMLElement} */ (document.querySelector(".wsb"));
const digit = /** @type {HTMLElement} */ (document.querySelector(".digit"));
const dtype = /** @type {HTMLSelectElement} */ (document.querySelector("#dtype"));
const weights = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll("[name=weights]")]);
const missing = document.querySelector(".missing");
const live = /** @type {HTMLAnchorElement | null} */ (document.querySelector(".live"));
const [go, back] = /** @type {HTMLElement[]} */ (["go", "back"].map((name) => document.querySelector(`.${name}`)));

const scrubber = mount(root, {
  exact: ({ exact }) => /** @type {any} */ (exact),
  sweep: async (name) => ({ formulas: (await load(name)).formulas, frames: (await load(name)).grid }),
});
/** @type {import("./view.js").View | null} */
let view = null; // what is shown
let wanted = parse(location.search);
let shows = 0; // which call of `show` is the latest
/** @type {number | null} */
let heard = null; // the stamp of the last release

/** Shows what is wanted; where its numbers cannot be loaded, what was shown stays. */
async function show() {
  const turn = ++shows;
  const setting = `${wanted.weights}-${wanted.dtype}`;
  try {
    const computed = await load(setting);
    if (turn !== shows) return;
    if (view) remember(wanted);
    view = wanted;
    draw(computed, setting);
  } catch (error) {
    missing.textContent = `The numbers of ${setting} could not be loaded (${error.message}). Choose again, or reload the page.`;
    wanted = view ?? wanted;
  }
  dtype.value = wanted.dtype;
  for (const choice of weights) choice.checked = choice.value === wanted.weights;
}

/** @param {import("./files.js").Computed} computed @param {string} setting */
function draw(computed, setting) {
  const frame = nearest(computed.frames);
  const rank = Math.max(0, computed.strip.rows.indexOf(view.sample));
  const data = {
    plotly: built.plotly,
    sweep: setting,
    exact: { formulas: computed.formulas, frames: [{ ...frame, strip: computed.strip }] },
    scale: view.scale,
    heard,
    chosen: computed.strip.rows[rank],
    status: filled(built.status, { scale: format.scale(frame.scale), dtype: view.dtype }),
  };
  scrubber.update({ data: /** @type {any} */ (data), parentElement: root, setStateValue: reported });
  missing.textContent = [...withheld(frame, computed.strip)].join(" ");
  if (live) live.href = live.dataset.at + query(view);
  const lost = showDigit(digit, computed, rank);
  go.hidden = lost === null || lost === view.scale;
  go.onclick = () => change({ scale: lost });
  back.hidden = rank === 0;
}

/** What the address asks for and the files do not hold. The app does, so the link into it keeps it. */
function* withheld(frame, strip) {
  if (frame.scale !== view.scale) yield `×${format.scale(view.scale)} was not computed for this page: shown is ×${format.scale(frame.scale)}, the nearest that was.`;
  if (view.seed !== built.defaults.seed) yield `This page holds the weights of seed ${built.defaults.seed} alone, not of seed ${view.seed}.`;
  if (view.sample !== null && !strip.rows.includes(view.sample)) yield `Digit ${format.count(view.sample)} is not among the ${strip.rows.length} shown here.`;
}

/** The frame whose scale is nearest, by ratio. @param {import("./frames.js").Frame[]} frames */
function nearest(frames) {
  const off = ({ scale }) => Math.abs(Math.log(scale / view.scale));
  return frames.reduce((best, frame) => (off(frame) < off(best) ? frame : best));
}

/** What the hand did: a scale let go of, or a mark chosen. @param {string} name @param {[number, number]} value */
function reported(name, [value, stamp]) {
  if (name === "scale") heard = stamp;
  change({ [name]: value });
}

/** @param {Partial<import("./view.js").View>} changed */
function change(changed) {
  wanted = { ...wanted, ...changed };
  show();
}

/** Writes the view into the address. @param {import("./view.js").View} changed */
function remember(changed) {
  try {
    history.replaceState(null, "", location.pathname + query(changed) + location.hash);
  } catch (denied) {
    console.info("The address stays as it is:", denied.message); // a foreign frame may not change its own
  }
}

dtype.onchange = () => change({ dtype: dtype.value });
for (const choice of weights) choice.onchange = () => change({ weights: choice.value });
back.onclick = () => change({ sample: null });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show); // Plotly fixes its colours when it draws
show();
