/** The component Streamlit mounts: copies the address; opens the panel, whose module it loads then. */

const SHOWN_MS = 2000;

/** @param {{parentElement: HTMLElement}} component */
export default function ({ parentElement }) {
  for (const button of parentElement.querySelectorAll(".copy")) {
    /** @type {HTMLButtonElement} */ (button).onclick = () => copyLink(button);
  }
  const dialog = parentElement.querySelector("dialog");
  /** @type {HTMLButtonElement} */ (parentElement.querySelector(".open")).onclick = async () => {
    dialog.showModal();
    try {
      const { fill } = await import(new URL(`${dialog.dataset.assets}panel.js`, location.origin).href);
      fill(dialog);
    } catch (error) {
      dialog.querySelector(".status").textContent = `This panel could not be loaded (${error.message}). Reload the page to try again.`;
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
