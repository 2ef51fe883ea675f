/** The component Streamlit mounts: loads the scrubber's modules once, then hands every new state to it. */

/** @type {WeakMap<object, Promise<import("./main.js").Scrubber>>} */
const mounted = new WeakMap();

/** @param {import("./main.js").Component} component */
export default function (component) {
  const { parentElement, data } = component;
  if (!mounted.has(parentElement)) {
    const loading = import(new URL(`${data.assets}main.js`, location.origin).href).then(({ mount }) =>
      mount(parentElement.querySelector(".wsb")),
    );
    loading.catch((error) => {
      parentElement.querySelector(".wsb-status").textContent =
        `The scrubber's script could not be loaded (${error.message}). Reload the page to try again.`;
    });
    mounted.set(parentElement, loading);
  }
  const scrubber = mounted.get(parentElement);
  scrubber.then((it) => it.update(component)).catch((error) => console.error(error));
  return () => {
    mounted.delete(parentElement);
    scrubber.then((it) => it.unmount()).catch(() => undefined); // its loading error was shown already
  };
}
