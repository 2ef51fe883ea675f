/** The buttons Streamlit mounts: one copies the address; one opens the panel, which is loaded then. And the class's bar. */

const SHOWN_MS = 2000;

/** @param {{parentElement: HTMLElement}} component */
export default function ({ parentElement }) {
  const copy = /** @type {HTMLButtonElement} */ (parentElement.querySelector(".copy"));
  const open = /** @type {HTMLButtonElement} */ (parentElement.querySelector(".open"));
  const place = /** @type {HTMLElement} */ (parentElement.querySelector(".panel"));
  copy.onclick = () => copyLink(copy);
  open.onclick = async () => {
    try {
      const { show } = await import(new URL(`${place.dataset.assets}panel.js`, location.origin).href);
      await show(place, copyLink);
    } catch (error) {
      window.alert(`The panel could not be loaded (${error.message}). Reload the page to try again.`);
    }
  };
  if (inClass()) showBar(place.dataset);
}

/** Whoever is in no room loads nothing of it. */
function inClass() {
  try {
    return Boolean(JSON.parse(localStorage.getItem("wsb-class") ?? "{}").room);
  } catch (unusable) {
    return false; // storage is denied: then the page of the class shows the bar, in this tab
  }
}

async function showBar({ assets, base }) {
  try {
    const { show } = await import(new URL(`${assets}bar.js`, location.origin).href);
    await show(base);
  } catch (error) {
    console.error("The bar of the class could not be loaded:", error);
  }
}

/** Where the browser refuses the clipboard, the address is offered for copying by hand. */
async function copyLink(button) {
  try {
    await navigator.clipboard.writeText(location.href);
  } catch (refused) {
    window.prompt("Your browser does not let pages copy. Here is the link:", location.href);
    return;
  }
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy link"), SHOWN_MS);
}
