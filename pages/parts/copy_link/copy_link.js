/** Copies the address; where the browser refuses the clipboard, offers it for copying by hand. */

const SHOWN_MS = 2000;

/** @param {{parentElement: HTMLElement}} component */
export default function ({ parentElement }) {
  const button = /** @type {HTMLButtonElement} */ (parentElement.querySelector(".wsb-copy"));
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = "Copied";
    } catch (refused) {
      window.prompt("Your browser does not let pages copy. Here is the link:", location.href);
      return;
    }
    setTimeout(() => (button.textContent = "Copy link"), SHOWN_MS);
  };
}
