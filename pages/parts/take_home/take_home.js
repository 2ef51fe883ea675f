/** The buttons Streamlit mounts: one copies the address; one opens the panel, which is loaded then. */

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
