/** The scrubber: one hand, one scale, everything repainted on every frame. */

import { describe } from "./describe.js";
import fixed from "./fixed.js";
import * as format from "./format.js";
import { bytes, decode } from "./frames.js";
import { Guess } from "./guess.js";
import { clear, paint } from "./marks.js";
import { Picture } from "./picture.js";
import { Plot } from "./plot.js";
import { Readouts } from "./readouts.js";
import { Release } from "./release.js";
import { fetchSweep } from "./sweep.js";

/**
 * @typedef {object} State what the server sends with every run (`scrubber.py`)
 * @property {string} assets
 * @property {string} plotly
 * @property {string} sweep URL of the sweep of these weights in this dtype
 * @property {string} exact base64 of one frame, computed at exactly this scale
 * @property {number} scale
 * @property {number | null} heard the stamp of the last release the server heard
 * @property {number} chosen the row whose digit is shown below
 * @property {string} status what the server found when it ran the functions just now
 *
 * @typedef {{data: State, parentElement: HTMLElement, setStateValue: (name: string, value: unknown) => void}} Component
 * @typedef {{update: (component: Component) => void, unmount: () => void}} Scrubber
 */

const [REST_MS, KEY_MS] = [120, 350]; // after the last move Plotly draws; after the last key the scale is handed over

/** @param {HTMLElement} root @returns {Scrubber} */
export function mount(root) {
  const range = /** @type {HTMLInputElement} */ (root.querySelector(".wsb-range"));
  const scaleText = root.querySelector(".wsb-scale-text");
  const status = root.querySelector(".wsb-status");
  const sentence = root.querySelector(".wsb-sentence");
  const pictureBox = /** @type {HTMLElement} */ (root.querySelector(".wsb-picture"));
  const canvas = /** @type {HTMLCanvasElement} */ (root.querySelector(".wsb-canvas"));
  /** @type {Component} */ let component;
  /** @type {Picture} */ let picture;
  /** @type {Plot} */ let plot;
  /** @type {Readouts} */ let readouts;
  /** @type {Guess} */ let guess;
  /** @type {import("./frames.js").Frame} */ let shown;
  /** @type {Awaited<ReturnType<typeof fetchSweep>> | null} */ let sweep = null;
  let exact = { formulas: /** @type {string[]} */ ([]), frames: /** @type {import("./frames.js").Frame[]} */ ([]) };
  let sweepUrl = "";
  let fetching = new AbortController();
  const release = new Release(
    (scale, stamp) => component.setStateValue("scale", [scale, stamp]), // the stamp makes a repeated release a change
    () => (status.textContent = "The server does not answer. Trying again ..."),
  );
  let held = false;
  let byKey = false;
  let asked = 0; // the animation frame that will paint
  let resting = 0;
  let committing = 0;

  /** @param {Component} next */
  function update(next) {
    const first = !component;
    component = next;
    const { data } = next;
    if (first) furnish(data);
    if (data.sweep !== sweepUrl) follow(data.sweep);
    exact = decode(bytes(data.exact));
    if (!release.accepts(data.heard) || held) return;
    root.classList.remove("wsb-waiting");
    range.value = String(nearest(data.scale));
    status.textContent = data.status;
    show(exact.frames[0], exact.formulas);
    rest();
  }

  function furnish(data) {
    picture = new Picture(fixed.look);
    plot = new Plot(root.querySelector(".wsb-plot"), picture, (rank) =>
      component.setStateValue("sample", [exact.frames[0].strip.rows[rank], Date.now()]),
    );
    readouts = new Readouts(root.querySelector(".wsb-cards"), fixed.formulas, fixed.causes);
    guess = new Guess(root, (scale) => share(scale, fixed.grid));
    range.max = String(fixed.grid.length - 1);
    root.querySelector(".wsb-ticks").replaceChildren(...ticks(fixed.grid));
    range.oninput = () => move();
    range.onchange = () => commit(byKey ? KEY_MS : 0);
    range.onpointerdown = () => {
      held = true;
      byKey = false;
    };
    range.onpointerup = range.onpointercancel = () => {
      held = false;
      window.setTimeout(back, REST_MS); // a drag that ends where it began changes nothing, and no change is told
    };
    range.onkeydown = () => {
      byKey = true;
    };
    guess.show();
  }

  /** Fetches the sweep of other weights or another dtype. */
  function follow(url) {
    fetching.abort();
    fetching = new AbortController();
    const { signal } = fetching;
    sweepUrl = url;
    sweep = null;
    guess.know(null);
    const onProgress = (done, total) => {
      root.style.setProperty("--sweep", `${(100 * done) / total}%`);
      root.dataset.sweep = `${done}/${total}`;
    };
    const onTrouble = (why) => (status.textContent = `Dragging shows no numbers yet: ${why}. Released scales are computed.`);
    fetchSweep(new URL(url, location.origin).href, signal, onProgress, onTrouble)
      .then((arrived) => {
        sweep = arrived;
        root.style.setProperty("--sweep", "100%");
        root.dataset.sweep = "ready";
        guess.know(firstFailures(arrived));
      })
      .catch((error) => {
        if (signal.aborted) return;
        status.textContent = `Dragging shows no numbers: the sweep did not arrive (${error.message}). Released scales are still computed.`;
      });
  }

  /** One step of the hand: everything is painted in the next animation frame. */
  function move() {
    if (!asked) asked = requestAnimationFrame(() => ((asked = 0), paintStep()));
    clearTimeout(resting);
  }

  function paintStep() {
    const step = Number(range.value);
    root.classList.toggle("wsb-waiting", !sweep);
    if (!sweep) {
      scaleText.textContent = format.scale(fixed.grid[step]);
      status.textContent = `The scales in between are still being computed (${root.dataset.sweep ?? "0"}). Let go to compute this one now.`;
      return;
    }
    status.textContent = "While you drag: the sweep torch computed. Let go, and torch runs at this scale.";
    show(sweep.frames[step], sweep.formulas);
    clearTimeout(resting);
    resting = window.setTimeout(rest, REST_MS);
  }

  /** Everything about one frame, Plotly excepted; only then does the root say so. */
  function show(frame, names) {
    shown = frame;
    const text = format.scale(frame.scale);
    scaleText.textContent = text;
    readouts.show(frame, names);
    range.setAttribute("aria-valuetext", `scale ${text}: ${readouts.spoken()}`);
    root.classList.add("wsb-moving");
    paint(canvas, picture, plot.axes(), frame);
    root.dataset.scale = text;
  }

  /** The hand rests: the same frame as Plotly traces. */
  async function rest() {
    const { data } = component;
    const frame = shown;
    const words = describe(frame, fixed.look);
    pictureBox.setAttribute("aria-label", words);
    sentence.textContent = words;
    try {
      const { rows, digits } = exact.frames[0].strip;
      const nameOf = (rank) => `digit ${format.count(rows[rank])}, a ${digits[rank]}`;
      await plot.settle(data.plotly, frame, nameOf, rows.indexOf(data.chosen));
    } catch (error) {
      sentence.textContent = `${words} (Marks cannot be chosen: ${error.message}.)`;
      return;
    }
    if (shown !== frame) return;
    root.classList.remove("wsb-moving");
    clear(canvas);
  }

  /** Hands the scale to the server. @param {number} wait so that a held key is one release */
  function commit(wait) {
    held = false;
    clearTimeout(committing);
    committing = window.setTimeout(() => {
      const scale = fixed.grid[Number(range.value)];
      if (scale === component.data.scale && release.waiting === null) return back();
      status.textContent = `Torch is running at ×${format.scale(scale)} ...`;
      release.offer(scale);
    }, wait);
  }

  /** Shows what the server said last, where the hand is back there and nothing was sent. */
  function back() {
    const { data } = component;
    if (release.waiting !== null || held || Number(range.value) !== nearest(data.scale)) return;
    root.classList.remove("wsb-waiting");
    status.textContent = data.status;
    show(exact.frames[0], exact.formulas);
    rest();
  }

  /** The step of the grid nearest to a scale. */
  function nearest(scale) {
    return Math.round(share(scale, fixed.grid) * (fixed.grid.length - 1));
  }

  const resized = new ResizeObserver(() => shown && root.classList.contains("wsb-moving") && paint(canvas, picture, plot.axes(), shown));
  resized.observe(pictureBox);

  function unmount() {
    fetching.abort();
    resized.disconnect();
    cancelAnimationFrame(asked);
    clearTimeout(resting);
    clearTimeout(committing);
    release.stop();
    plot?.unmount();
  }

  return { update, unmount };
}

/** Where a scale stands on the track, 0 to 1. @param {number} scale @param {number[]} grid */
function share(scale, grid) {
  const [low, high] = [Math.log(grid[0]), Math.log(grid[grid.length - 1])];
  return Math.min(1, Math.max(0, (Math.log(scale) - low) / (high - low)));
}

function ticks(grid) {
  return grid
    .filter((scale) => Number.isInteger(Math.log10(scale)))
    .map((scale) => {
      const tick = document.createElement("span");
      tick.style.setProperty("--share", String(share(scale, grid)));
      tick.textContent = scale.toLocaleString("en-US");
      return tick;
    });
}

/** The least scale of the grid at which each formula loses a row. @returns {import("./guess.js").Failure[]} */
function firstFailures({ formulas, frames }) {
  const { causes } = fixed;
  return fixed.formulas.map(({ name, label, colour }) => {
    const none = formulas.indexOf(name) * causes.length;
    const rows = frames[0].causes.subarray(none, none + causes.length).reduce((a, b) => a + b, 0);
    const broken = frames.find((frame) => frame.causes[none] < rows);
    return { label, colour, scale: broken ? broken.scale : null };
  });
}
