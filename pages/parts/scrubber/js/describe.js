/** The picture in a sentence, for those who cannot see it and for those who want the numbers. */

import * as format from "./format.js";
import { NAIVE, STABLE } from "./picture.js";

/**
 * What the picture shows, in a sentence.
 *
 * @param {import("./frames.js").Frame} frame
 * @param {import("./picture.js").Look} look
 */
export function describe(frame, look) {
  const rows = frame.bins.length / 2;
  const of = (formula) => new Map(look.bins.map((name, i) => [name, frame.bins[formula * rows + i]]));
  const [naive, stable] = [of(NAIVE), of(STABLE)];
  const all = [...naive.values()].reduce((a, b) => a + b, 0);
  const are = (n, one, many) => `${format.count(n)} ${n === 1 ? one : many}`;
  const lost = (counts) => `${are(counts.get("+inf"), "loss is", "losses are")} +inf and ${format.count(counts.get("nan"))} nan`;
  return (
    `At scale ${format.scale(frame.scale)}, over all ${format.count(all)} digits: by log of softmax ${lost(naive)}; ` +
    `by x − logsumexp(x) ${lost(stable)}, and ${are(stable.get("zero"), "is", "are")} exactly 0.`
  );
}
