/** Numbers as text. */

const COUNT = new Intl.NumberFormat("en-US");

/** A loss with the digits that matter: `2.3048`, `inf`, `-inf`, `nan`. @param {number} value */
export function loss(value) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-3) return value.toExponential(3);
  return size < 1e4 ? value.toFixed(4) : String(Number(value.toPrecision(7)));
}

/** A count with thousands separated. @param {number} value */
export function count(value) {
  return COUNT.format(value); // a thousand at a time: toLocaleString takes 20 ms for them
}

/** A scale as the link writes it: six significant digits. @param {number} value */
export function scale(value) {
  return String(Number(value.toPrecision(6)));
}
