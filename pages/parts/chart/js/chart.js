/** A Plotly chart that stays while its numbers change. */

import { CONFIG, load } from "./plotly.js";

/**
 * @typedef {object} Data what the server sends with every run (`chart.py`)
 * @property {string} assets
 * @property {string} plotly
 * @property {string} figure JSON of a Plotly figure
 * @property {string} alt
 * @property {boolean} chooses whether a mark can be chosen
 *
 * @typedef {{data: Data, parentElement: HTMLElement, setStateValue: (name: string, value: unknown) => void}} Component
 */

export class Chart {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.figure = "";
    /** @type {Component} */
    this.component = undefined;
    /** @type {any} */
    this.Plotly = undefined;
  }

  /** @param {Component} component */
  async update(component) {
    this.component = component;
    const { figure, alt, chooses, plotly } = component.data;
    this.element.setAttribute("aria-label", alt);
    if (figure === this.figure) return;
    this.figure = figure;
    const first = !this.Plotly;
    this.Plotly = await load(plotly);
    if (figure !== this.figure) return; // a newer one came meanwhile
    const { data, layout } = JSON.parse(figure);
    await this.Plotly.react(this.element, data, inPageStyle(layout, this.element), CONFIG);
    if (first && chooses) /** @type {any} */ (this.element).on("plotly_click", (event) => this.choose(event));
  }

  choose({ points }) {
    const row = points.map(({ customdata }) => customdata).find((it) => it !== undefined);
    if (row !== undefined) this.component.setStateValue("row", [Array.isArray(row) ? row[0] : row, Date.now()]);
  }

  unmount() {
    this.Plotly?.purge(this.element);
  }
}

/** The layout in the page's font and colour, light or dark. */
function inPageStyle(layout, element) {
  const { fontFamily, color } = getComputedStyle(element);
  return { ...layout, font: { family: fontFamily, size: 13, color } };
}
