/** A Plotly chart that stays while its numbers change. */

import { CONFIG, load } from "./plotly.js";
import { walk } from "./walk.js";

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
  /** @param {HTMLElement} element @param {HTMLInputElement} slider that goes from mark to mark */
  constructor(element, slider) {
    this.element = element;
    this.slider = slider;
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
    if (first && chooses) this.letChoose(/** @type {any} */ (this.element));
  }

  /** By a click on a mark, or by keyboard. @param {any} drawn the element, as Plotly made it */
  letChoose(drawn) {
    const rows = () => drawn.data.map(({ customdata = [] }) => customdata);
    const marks = () => rows().flatMap((own, curveNumber) => own.map((_, pointNumber) => ({ curveNumber, pointNumber })));
    drawn.on("plotly_click", ({ points }) => this.choose(points.map(({ customdata }) => customdata).find((it) => it !== undefined)));
    walk(this.slider, drawn, marks, ({ curveNumber, pointNumber }) => this.choose(rows()[curveNumber][pointNumber]));
    this.slider.parentElement.hidden = false;
  }

  /** @param {number | number[] | undefined} row as a mark's customdata holds it */
  choose(row) {
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
