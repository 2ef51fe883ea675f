/** The component Streamlit mounts for the class: loads the module once; what it shows comes over a socket of its own. */

/** @type {WeakMap<object, Promise<import("./class.js").ClassPage>>} */
const mounted = new WeakMap();

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".class");
  if (!mounted.has(parentElement)) {
    const loading = import(new URL(`${data.assets}class.js`, location.origin).href);
    mounted.set(parentElement, loading.then(({ ClassPage }) => new ClassPage(root, data)));
  }
  const page = mounted.get(parentElement);
  page.catch(({ message }) => {
    root.textContent = `The class could not be loaded (${message}). Reload the page to try again.`;
  });
  return () => {
    mounted.delete(parentElement);
    page.then((it) => it.unmount()).catch(() => undefined); // its error was shown already
  };
}
