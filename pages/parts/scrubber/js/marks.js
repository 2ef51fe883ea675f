/** Marks on a canvas over Plotly's axes: all of one frame in a millisecond, so that a drag shows every one. */

import { NAIVE, STABLE } from "./picture.js";

const TURN = 2 * Math.PI;

/**
 * @typedef {object} Axes
 * @property {(x: number) => number} x rank in the strip to pixels
 * @property {(y: number) => number} y height to pixels
 * @property {(n: number) => number} count log10(count) to pixels
 * @property {{left: number, top: number, width: number, height: number}} box the plot area
 */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("./picture.js").Picture} picture
 * @param {Axes} axes
 * @param {import("./frames.js").Frame} frame
 */
export function paint(canvas, picture, axes, frame) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.save();
  pen.beginPath();
  pen.rect(axes.box.left, axes.box.top, axes.box.width, axes.box.height);
  pen.clip();
  const { stable, naive } = picture.look.colours;
  bars(pen, picture.counts(frame.bins, STABLE), picture.look.countBase, axes, stable, 0.45, 0.95);
  bars(pen, picture.counts(frame.bins, NAIVE), picture.look.countBase, axes, naive, 1, 0.4);
  rings(pen, picture, picture.strip(frame.levels, STABLE), axes, stable);
  symbols(pen, picture, picture.strip(frame.levels, NAIVE), axes, naive);
  pen.restore();
}

/** @param {HTMLCanvasElement} canvas */
export function clear(canvas) {
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
}

function bars(pen, counts, base, axes, colour, opacity, share) {
  pen.fillStyle = colour;
  pen.globalAlpha = opacity;
  const left = axes.count(base);
  for (const { height, thickness, count } of counts) {
    const top = axes.y(height + (thickness * share) / 2);
    pen.fillRect(left, top, axes.count(Math.log10(count)) - left, axes.y(height - (thickness * share) / 2) - top);
  }
  pen.globalAlpha = 1;
}

function rings(pen, picture, levels, axes, colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.beginPath();
  levels.forEach((level, rank) => {
    const x = axes.x(rank);
    const y = axes.y(picture.height(level));
    pen.moveTo(x + 3.9, y);
    pen.arc(x, y, 3.9, 0, TURN);
  });
  pen.stroke();
}

function symbols(pen, picture, levels, axes, colour) {
  pen.fillStyle = colour;
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  const dots = new Path2D();
  const crosses = new Path2D();
  levels.forEach((level, rank) => {
    const x = axes.x(rank);
    const y = axes.y(picture.height(level));
    const kind = picture.kind(level);
    if (kind === "nan") cross(crosses, x, y);
    else if (kind === "+inf") triangle(dots, x, y);
    else {
      dots.moveTo(x + 3, y);
      dots.arc(x, y, 3, 0, TURN);
    }
  });
  pen.fill(dots);
  pen.stroke(crosses);
}

function cross(path, x, y) {
  path.moveTo(x - 3.5, y - 3.5);
  path.lineTo(x + 3.5, y + 3.5);
  path.moveTo(x - 3.5, y + 3.5);
  path.lineTo(x + 3.5, y - 3.5);
}

function triangle(path, x, y) {
  path.moveTo(x, y - 4);
  path.lineTo(x + 4, y + 3);
  path.lineTo(x - 4, y + 3);
  path.closePath();
}
