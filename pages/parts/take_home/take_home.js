/** The buttons Streamlit mounts: one copies the address, which is kept whole; one opens the panel, loaded then. And the
 * class's bar. */

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
  load(place.dataset, "settings.js", ({ keepSettings }) => keepSettings());
  if (inClass()) load(place.dataset, "bar.js", ({ show }) => show(place.dataset.base));
}

/** Whoever is in no room loads nothing of it. */
function inClass() {
  try {
    return Boolean(JSON.parse(localStorage.getItem("wsb-class") ?? "{}").room);
  } catch (unusable) {
    return false; // storage is denied: then the page of the class shows the bar, in this tab
  }
}

/** A module that nobody waits for. */
async function load({ assets }, name, then) {
  try {
    await then(await import(new URL(assets + name, location.origin).href));
  } catch (error) {
    console.error(`${name} could not be loaded:`, error);
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
