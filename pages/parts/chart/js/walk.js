/** The marks of a plot by keyboard: a slider goes from one to the next and opens its hover box, Enter chooses it. */

const HOVER_MS = 80; // Plotly opens a hover box at most every 50 ms

/**
 * @typedef {{curveNumber: number, pointNumber: number}} Mark as Plotly counts them
 *
 * @param {HTMLInputElement} slider
 * @param {HTMLElement} plot what Plotly drew in
 * @param {() => Mark[]} marks those that can be chosen now, in the order of the walk
 * @param {(mark: Mark) => void} choose
 */
export function walk(slider, plot, marks, choose) {
  const { Fx } = /** @type {any} */ (window).Plotly;
  let speaking = 0;
  const here = () => marks()[Number(slider.value)];
  slider.onfocus = slider.oninput = () => {
    slider.max = String(marks().length - 1);
    const mark = here();
    if (!mark) return slider.setAttribute("aria-valuetext", "no mark");
    Fx.hover(plot, [mark]);
    clearTimeout(speaking);
    speaking = window.setTimeout(() => slider.setAttribute("aria-valuetext", hoverText(plot)), HOVER_MS);
  };
  slider.onblur = () => {
    clearTimeout(speaking);
    Fx.unhover(plot);
  };
  slider.onkeydown = ({ key }) => {
    if (key === "Enter" && here()) choose(here());
  };
}

/** What the open hover box says. @param {HTMLElement} plot */
function hoverText(plot) {
  const texts = [...plot.querySelectorAll(".hoverlayer .hovertext text")];
  const lines = texts.flatMap((text) => (text.childElementCount ? [...text.children] : [text]));
  return lines.map((line) => line.textContent).filter(Boolean).join(", ");
}
