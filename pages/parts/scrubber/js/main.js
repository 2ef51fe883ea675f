/** The scrubber: one hand, one scale, everything repainted on every frame. */

import { describe } from "./describe.js";
import fixed from "./fixed.js";
import * as format from "./format.js";
import { Guess } from "./guess.js";
import { Live } from "./live.js";
import { clear, paint } from "./marks.js";
import { Picture } from "./picture.js";
import { Plot } from "./plot.js";
import { Readouts } from "./readouts.js";
import { Release } from "./release.js";
import { server } from "./sweep.js";
import { firstFailures, nearest, share, ticks } from "./track.js";

/**
 * @typedef {object} State what the server sends with every run (`scrubber.py`)
 * @property {string} assets
 * @property {string} plotly
 * @property {string} sweep URL of the sweep of these weights in this dtype
 * @property {string} live path of the websocket on which torch answers; empty where there is none
 * @property {string} setting its weights, seed and dtype as a query string
 * @property {string} exact base64 of one frame, computed at exactly this scale
 * @property {number} scale
 * @property {number | null} heard the stamp of the last release the server heard
 * @property {number} chosen the row whose digit is shown below
 * @property {string} status what the server found when it ran the functions just now
 *
 * @typedef {{data: State, parentElement: HTMLElement, setStateValue: (name: string, value: unknown) => void}} Component
 * @typedef {{update: (component: Component) => void, unmount: () => void}} Scrubber
 */

const DRAGGING = "While you drag: the sweep torch computed before.";
const [REST_MS, KEY_MS] = [120, 350]; // after the last move Plotly draws; after the last key the scale is handed over

/** @param {HTMLElement} root @param {import("./sweep.js").Source} source @returns {Scrubber} */
export function mount(root, source = server) {
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
  /** @type {import("./sweep.js").Frames | null} */ let sweep = null;
  /** @type {import("./sweep.js").Frames} */ let exact = { formulas: [], frames: [] };
  let sweepUrl = "";
  let fetching = new AbortController();
  let drew = () => {};
  /** The first picture stands: until then the browser has better to do than a sweep, and so has a server just started. */
  const drawn = /** @type {Promise<void>} */ (new Promise((resolve) => (drew = resolve)));
  const release = new Release(
    (scale, stamp) => component.setStateValue("scale", [scale, stamp]), // the stamp makes a repeated release a change
    () => (status.textContent = "The server does not answer. Trying again ..."),
  );
  const live = new Live(compared);
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
    exact = source.exact(data);
    if (!release.accepts(data.heard) || held) return;
    root.classList.remove("wsb-waiting");
    range.value = String(nearest(data.scale));
    status.textContent = data.status;
    show(exact.frames[0], exact.formulas);
    rest(first ? 0 : REST_MS); // the canvas shows it already, and the rest of the page is still arriving
  }

  function furnish(data) {
    picture = new Picture(fixed.look);
    plot = new Plot(root.querySelector(".wsb-plot"), root.querySelector(".wsb-walk input"), picture, (rank) =>
      component.setStateValue("sample", [exact.frames[0].strip.rows[rank], Date.now()]),
    );
    readouts = new Readouts(root.querySelector(".wsb-cards"), fixed.formulas, fixed.causes);
    guess = new Guess(root, share);
    range.max = String(fixed.grid.length - 1);
    root.querySelector(".wsb-ticks").replaceChildren(...ticks());
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
    guess.about(url);
    const onProgress = (done, total) => {
      root.style.setProperty("--sweep", `${(100 * done) / total}%`);
      root.dataset.sweep = `${done}/${total}`;
    };
    const onTrouble = (why) => (status.textContent = `Dragging shows no numbers yet: ${why}. Released scales are computed.`);
    source
      .sweep(url, { signal, drawn, onProgress, onTrouble })
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
    if (component.data.live) live.ask(component.data.live, `${component.data.setting}&scale=${fixed.grid[step]}`);
    root.classList.toggle("wsb-waiting", !sweep);
    if (!sweep) {
      scaleText.textContent = format.scale(fixed.grid[step]);
      status.textContent = `The scales in between are still being computed (${root.dataset.sweep ?? "0"}). Let go to compute this one now.`;
      return;
    }
    status.ariaLive = "off"; // thirty times a second is too much to listen to
    if (!status.textContent.startsWith(DRAGGING)) status.textContent = DRAGGING;
    show(sweep.frames[step], sweep.formulas);
    clearTimeout(resting);
    resting = window.setTimeout(() => rest(0), REST_MS);
  }

  /** What torch answers while the hand moves, beside what the sweep says. @param {import("./live.js").Answer} answer */
  function compared({ scale, losses, tookMs }) {
    const frame = sweep?.frames[nearest(scale)];
    if (!frame || !status.textContent.startsWith(DRAGGING)) return;
    const same = losses.every((loss, i) => Object.is(loss, frame.loss[i]));
    const verdict = same ? "the same losses, to the last bit" : "other losses: please report this";
    status.textContent = `${DRAGGING} Torch live at ×${format.scale(scale)}, after ${Math.round(tookMs)} ms: ${verdict}.`;
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

  /** The hand rests: the frame in words, and after a while as Plotly traces. @param {number} wait */
  function rest(wait) {
    const words = describe(shown, fixed.look);
    pictureBox.setAttribute("aria-label", words);
    sentence.textContent = words;
    clearTimeout(resting);
    resting = window.setTimeout(settle, wait);
  }

  async function settle() {
    const { data } = component;
    const frame = shown;
    try {
      const { rows, digits } = exact.frames[0].strip;
      const nameOf = (rank) => `digit ${format.count(rows[rank])}, a ${digits[rank]}`;
      await plot.settle(data.plotly, frame, nameOf, rows.indexOf(data.chosen));
    } catch (error) {
      drew();
      sentence.textContent = `${describe(frame, fixed.look)} (Marks cannot be chosen: ${error.message}.)`;
      return;
    }
    drew();
    if (shown !== frame) return;
    root.classList.remove("wsb-moving");
    clear(canvas);
  }

  /** Hands the scale to the server. @param {number} wait so that a held key is one release */
  function commit(wait) {
    held = false;
    status.ariaLive = "polite";
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
    status.ariaLive = "polite";
    status.textContent = data.status;
    show(exact.frames[0], exact.formulas);
    rest(0);
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
    live.stop();
    plot?.unmount();
  }

  return { update, unmount };
}
