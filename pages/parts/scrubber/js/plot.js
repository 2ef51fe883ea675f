/** The picture at rest: real Plotly traces, with hover, zoom and choosing a mark. */

import * as format from "./format.js";
import { NAIVE, STABLE } from "./picture.js";
import { CONFIG, load } from "./plotly.js";
import { walk } from "./walk.js";

const SYMBOLS = { "+inf": "triangle-up", nan: "x-thin-open" };
export class Plot {
  /**
   * @param {HTMLElement} element
   * @param {HTMLInputElement} slider that goes from mark to mark
   * @param {import("./picture.js").Picture} picture
   * @param {(rank: number) => void} onChoose
   */
  constructor(element, slider, picture, onChoose) {
    this.element = element;
    this.slider = slider;
    this.drawn = /** @type {any} */ (element); // what Plotly makes of it
    this.picture = picture;
    this.onChoose = onChoose;
    this.ready = false;
  }

  /**
   * Draws the frame as traces.
   *
   * @param {string} url
   * @param {import("./frames.js").Frame} frame
   * @param {(rank: number) => string} nameOf what to call the digit of a rank
   * @param {number} chosen the rank of the digit shown below, -1 if it is not among them
   */
  async settle(url, frame, nameOf, chosen) {
    const Plotly = await load(url);
    const { layout, data } = this.picture.look.figure;
    /** @type {any[]} */
    const traces = [this.rings(frame, nameOf, chosen), this.symbols(frame, nameOf), this.bars(frame, STABLE), this.bars(frame, NAIVE)];
    const merged = data.map((trace, i) => ({ ...trace, ...traces[i], marker: { ...trace.marker, ...traces[i].marker } }));
    await Plotly.react(this.element, merged, themed(layout, this.element), CONFIG);
    if (!this.ready) this.letChoose();
    this.ready = true;
  }

  /** By a click on a mark of either formula, or by keyboard along those of the naive one. */
  letChoose() {
    const marks = () => this.drawn.data[1].x.map((_, pointNumber) => ({ curveNumber: 1, pointNumber }));
    const choose = (mark) => mark && this.onChoose(mark.pointNumber);
    this.drawn.on("plotly_click", ({ points }) => choose(points.find(({ curveNumber }) => curveNumber < 2)));
    walk(this.slider, this.drawn, marks, choose);
    this.slider.parentElement.hidden = false;
  }

  /** Where the axes stand now; before Plotly is there, where they will stand. @returns {import("./marks.js").Axes} */
  axes() {
    return this.ready ? drawnAxes(this.drawn._fullLayout) : plannedAxes(this.picture.look.figure.layout, this.element);
  }

  rings(frame, nameOf, chosen) {
    const points = this.points(frame, STABLE, "x − logsumexp(x)", nameOf);
    return { ...points, marker: { size: points.x.map((rank) => (rank === chosen ? 18 : 9)) } };
  }

  symbols(frame, nameOf) {
    const levels = this.picture.strip(frame.levels, NAIVE);
    const symbol = Array.from(levels, (level) => SYMBOLS[this.picture.kind(level)] ?? "circle");
    const size = symbol.map((it) => (it === "circle" ? 6 : 8));
    const width = symbol.map((it) => (it === SYMBOLS.nan ? 1.5 : 0));
    const { colours } = this.picture.look;
    return { ...this.points(frame, NAIVE, "log of softmax", nameOf), marker: { symbol, size, line: { width, color: colours.naive } } };
  }

  points(frame, formula, label, nameOf) {
    const levels = this.picture.strip(frame.levels, formula);
    const y = Array.from(levels, (level) => this.picture.height(level));
    const text = Array.from(levels, (level, rank) => `${nameOf(rank)}<br>${label}: ${this.nll(frame, formula, rank, level)}`);
    return { x: y.map((_, rank) => rank), y, text };
  }

  /** The loss of one digit: exact where the frame carries it, else as precise as a level is. */
  nll(frame, formula, rank, level) {
    const rows = frame.levels.length / 2;
    if (frame.strip?.nll) return format.loss(frame.strip.nll[formula * rows + rank]);
    const kind = this.picture.kind(level);
    if (kind !== "finite") return kind === "zero" ? "0" : kind;
    return `about ${(10 ** (level / this.picture.look.levelsPerDecade)).toPrecision(3)}`;
  }

  bars(frame, formula) {
    const counts = this.picture.counts(frame.bins, formula);
    const { countBase, binsPerDecade } = this.picture.look;
    const share = this.picture.look.figure.data[formula === STABLE ? 2 : 3].width * binsPerDecade;
    const label = formula === STABLE ? "x − logsumexp(x)" : "log of softmax";
    return {
      y: counts.map(({ height }) => height),
      x: counts.map(({ count }) => Math.log10(count) - countBase),
      width: counts.map(({ thickness }) => thickness * share),
      text: counts.map(({ count }) => `${label}: ${format.count(count)} digits`),
    };
  }

  unmount() {
    if (this.ready) /** @type {any} */ (window).Plotly.purge(this.element);
    this.ready = false;
  }
}

/** The layout in the page's colours, light or dark. */
function themed(layout, element) {
  const style = getComputedStyle(element);
  const axis = { gridcolor: "rgba(128,128,128,0.18)", linecolor: "rgba(128,128,128,0.35)" };
  const narrow = element.clientWidth < 600;
  return {
    ...layout,
    font: { family: style.fontFamily, size: narrow ? 11 : 13, color: style.color },
    margin: narrow ? { ...layout.margin, l: 58 } : layout.margin,
    xaxis: { ...layout.xaxis, ...axis, fixedrange: narrow },
    xaxis2: { ...layout.xaxis2, ...axis, fixedrange: narrow },
    yaxis: { ...layout.yaxis, ...axis, fixedrange: narrow },
  };
}

/** @returns {import("./marks.js").Axes} */
function drawnAxes({ xaxis, xaxis2, yaxis, _size }) {
  return {
    x: (v) => xaxis._offset + xaxis.l2p(v),
    y: (v) => yaxis._offset + yaxis.l2p(v),
    count: (v) => xaxis2._offset + xaxis2.l2p(v),
    box: { left: _size.l, top: _size.t, width: _size.w, height: _size.h },
  };
}

/** @returns {import("./marks.js").Axes} */
function plannedAxes(planned, element) {
  const layout = themed(planned, element);
  const { t, r, b, l } = layout.margin;
  const box = { left: l, top: t, width: element.clientWidth - l - r, height: layout.height - t - b };
  const along = ({ domain = [0, 1], range }, v) => domain[0] + ((domain[1] - domain[0]) * (v - range[0])) / (range[1] - range[0]);
  return {
    x: (v) => box.left + box.width * along(layout.xaxis, v),
    y: (v) => box.top + box.height * (1 - along(layout.yaxis, v)),
    count: (v) => box.left + box.width * along(layout.xaxis2, v),
    box,
  };
}
