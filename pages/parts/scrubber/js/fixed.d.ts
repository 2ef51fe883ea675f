/** What `fixed.py` writes as a module: the same for every view. */
declare const fixed: {
  grid: number[];
  formulas: import("./readouts.js").Formula[];
  causes: string[];
  look: import("./picture.js").Look;
};
export default fixed;
