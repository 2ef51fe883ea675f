/**
 * Frames as they arrive from the server (`wire.py`): a JSON header, then plain arrays.
 *
 * @typedef {object} Frame what is shown of one scale
 * @property {number} scale
 * @property {Float64Array} loss one per formula
 * @property {Int32Array} outcomes formulas x outcomes
 * @property {Int32Array} causes formulas x causes
 * @property {Int16Array} levels strip formulas x strip rows
 * @property {Int32Array} bins strip formulas x bins
 * @property {Strip} [strip] in the first frame that arrives, where the strip came along
 *
 * @typedef {object} Strip the digits shown one by one
 * @property {Float32Array | Float64Array} [nll] strip formulas x strip rows, as narrow as they are exact
 * @property {Uint16Array} rows where they are in the training set
 * @property {Uint8Array} digits what they show
 * @property {Uint8Array} [images] strip rows x pixels, 255 is ink
 */

const TYPES = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
};
const OF_STRIP = ["nll", "rows", "digits", "images"];
const PER_FRAME = ["loss", "outcomes", "causes", "levels", "bins"];

/**
 * All frames in a buffer, in the order of their scales.
 *
 * @param {ArrayBuffer} buffer
 * @returns {{formulas: string[], frames: Frame[]}}
 */
export function decode(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const start = 4 + length;
  const array = (name) => {
    const { dtype, shape, offset } = header.arrays[name];
    return new TYPES[dtype](buffer, start + offset, shape.reduce((a, b) => a * b, 1));
  };
  const scales = array("scales");
  const whole = Object.fromEntries(PER_FRAME.map((name) => [name, array(name)]));
  const frames = Array.from(scales, (scale, step) => {
    const part = PER_FRAME.map((name) => {
      const size = whole[name].length / scales.length;
      return [name, whole[name].subarray(step * size, (step + 1) * size)];
    });
    return { scale, ...Object.fromEntries(part) };
  });
  const strip = OF_STRIP.filter((name) => `strip_${name}` in header.arrays).map((name) => [name, array(`strip_${name}`)]);
  if (strip.length) frames[0].strip = /** @type {Strip} */ (Object.fromEntries(strip));
  return { formulas: header.formulas, frames };
}

/**
 * @param {string} base64
 * @returns {ArrayBuffer}
 */
export function bytes(base64) {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer;
}
