/**
 * Where things stand in the picture: shared by the canvas while dragging and by Plotly at rest.
 *
 * @typedef {object} Look what `figures/strip.py` and `sweep.py` fixed
 * @property {Record<string, number>} level levels that stand for no decade: zero, negative, -inf, +inf, nan
 * @property {number} levelsPerDecade
 * @property {Record<string, number>} gutters heights outside the decades
 * @property {(string | number)[]} bins
 * @property {number} binsPerDecade
 * @property {[number, number]} binDecades
 * @property {number} countBase
 * @property {{stable: string, naive: string}} colours
 * @property {{layout: any, data: any[]}} figure
 */

export const NAIVE = 0; // the first axis of levels and bins, as STRIP_FORMULAS has it
export const STABLE = 1;

/** Places levels and bins on the axes. */
export class Picture {
  /** @param {Look} look */
  constructor(look) {
    this.look = look;
    this.special = new Map(Object.entries(look.level).map(([name, level]) => [level, name]));
    /** @type {{bin: number, height: number, thickness: number}[]} bins that have a place */
    this.bars = look.bins.flatMap((name, bin) => this.bar(name, bin));
  }

  /** What a level stands for: `finite`, or a name of `look.level`. @param {number} level */
  kind(level) {
    return this.special.get(level) ?? "finite";
  }

  /** Height on the axis; losses outside its decades stand in a gutter. @param {number} level */
  height(level) {
    const { gutters, binDecades, levelsPerDecade } = this.look;
    const kind = this.kind(level);
    if (kind !== "finite") return gutters[kind] ?? gutters.below;
    const decade = level / levelsPerDecade;
    if (decade < binDecades[0]) return gutters.below;
    return decade > binDecades[1] ? gutters.above : decade;
  }

  /** @param {string | number} name @param {number} bin */
  bar(name, bin) {
    const { gutters, binDecades, binsPerDecade } = this.look;
    if (typeof name === "number") {
      return [{ bin, height: binDecades[0] + (name + 0.5) / binsPerDecade, thickness: 1 / binsPerDecade }];
    }
    return name in gutters ? [{ bin, height: gutters[name], thickness: 0.5 }] : [];
  }

  /** The bars of one formula. @param {Int32Array} bins @param {number} formula */
  counts(bins, formula) {
    const own = bins.subarray(formula * this.look.bins.length, (formula + 1) * this.look.bins.length);
    return this.bars.map((bar) => ({ ...bar, count: own[bar.bin] })).filter(({ count }) => count > 0);
  }

  /** The strip of one formula. @param {Int16Array} levels @param {number} formula */
  strip(levels, formula) {
    const rows = levels.length / 2;
    return levels.subarray(formula * rows, (formula + 1) * rows);
  }
}
