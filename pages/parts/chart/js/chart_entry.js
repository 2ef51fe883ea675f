/** The component Streamlit mounts for a chart: loads the module once, then hands every new figure to it. */

/** @type {WeakMap<object, Promise<import("./chart.js").Chart>>} */
const mounted = new WeakMap();

/** @param {import("./chart.js").Component} component */
export default function (component) {
  const { parentElement, data } = component;
  const element = parentElement.querySelector(".wsb-chart");
  if (!mounted.has(parentElement)) {
    mounted.set(parentElement, import(new URL(`${data.assets}chart.js`, location.origin).href).then(({ Chart }) => new Chart(element, parentElement.querySelector(".wsb-walk input"))));
  }
  const chart = mounted.get(parentElement);
  chart
    .then((it) => it.update(component))
    .catch((error) => (element.textContent = `The chart could not be drawn (${error.message}). ${data.alt} Reload the page to try again.`));
  return () => {
    mounted.delete(parentElement);
    chart.then((it) => it.unmount()).catch(() => undefined); // its error was shown already
  };
}
