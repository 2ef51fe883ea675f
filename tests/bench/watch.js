/** What the benchmark measures inside a page. Times in milliseconds, lists in seconds. */

window.bench = (() => {
  /** After the paint of the frame that is being made: a task queued in its callbacks runs behind it. */
  const painted = () => new Promise((resolve) => setTimeout(() => resolve(performance.now())));
  const seen = [];
  let begun = 0;
  let paints = 0;

  /** All numbers and marks of the page in one number. */
  function look() {
    let hash = 2166136261;
    const eat = (text) => {
      for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
    };
    eat(document.body.textContent);
    for (const mark of document.querySelectorAll(".js-plotly-plot .plot path")) eat((mark.getAttribute("d") ?? "") + (mark.getAttribute("transform") ?? ""));
    return hash;
  }

  /** From now on every change of the page is noted. */
  function begin() {
    seen.length = 0;
    begun = performance.now();
    window.watching ??= new MutationObserver(() => {
      const change = [NaN, look()];
      seen.push(change);
      requestAnimationFrame(async () => (change[0] = await painted()));
    });
    window.watching.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["d", "transform"] });
  }

  /** When the page was first painted as it looks now. */
  function settledAfter() {
    window.watching.disconnect();
    let i = seen.length - 1;
    while (i > 0 && seen[i - 1][1] === seen[i][1]) i--;
    return i < 0 ? NaN : seen[i][0] - begun;
  }

  const root = () => document.querySelector(".wsb");
  const range = () => root().querySelector(".wsb-range");

  async function step(value) {
    range().value = String(value);
    const before = root().dataset.scale;
    const from = performance.now();
    range().dispatchEvent(new Event("input"));
    do await new Promise((resolve) => requestAnimationFrame(resolve));
    while (root().dataset.scale === before); // now within the callbacks of the frame that shows it
    return ((await painted()) - from) / 1000;
  }

  async function scrubberSteps(count) {
    const times = [];
    for (let i = 0; i < count; i++) {
      times.push(await step(20 + 5 * i));
      await new Promise((resolve) => setTimeout(resolve, 7 * (i % 5)));
    }
    return times;
  }

  /** A release until the server says what it found at that scale. */
  async function releases(count) {
    const times = [];
    for (let i = 0; i < count; i++) {
      await step(60 + 13 * i);
      const scale = root().dataset.scale;
      await new Promise((resolve) => setTimeout(resolve, 600));
      const from = performance.now();
      range().dispatchEvent(new Event("change"));
      const status = root().querySelector(".wsb-status");
      while (!status.textContent.includes(`at ×${scale} in`)) await new Promise((resolve) => setTimeout(resolve, 4));
      await new Promise((resolve) => requestAnimationFrame(resolve));
      times.push(((await painted()) - from) / 1000);
      await new Promise((resolve) => setTimeout(resolve, 600));
    }
    return times;
  }

  function countPaints() {
    begun = performance.now();
    paints = 0;
    new MutationObserver(() => paints++).observe(root(), { attributeFilter: ["data-scale"] });
  }

  return {
    begin,
    settledAfter,
    scrubberSteps,
    releases,
    countPaints,
    elapsed: () => performance.now() - begun,
    paintsPerSecond: () => (1000 * paints) / (performance.now() - begun),
  };
})();
