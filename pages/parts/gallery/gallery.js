/**
 * Digits side by side, each of them a button.
 *
 * @typedef {{row: number, source: string, name: string, note: string}} Shown
 * @typedef {{shown: Shown[], chosen: number}} Data
 * @typedef {{data: Data, parentElement: HTMLElement, setStateValue: (name: string, value: unknown) => void}} Component
 */

/** @param {Component} component */
export default function ({ data, parentElement, setStateValue }) {
  const buttons = data.shown.map((digit) => {
    const button = document.createElement("button");
    button.type = "button";
    button.title = `Choose digit ${digit.row.toLocaleString("en-US")}`;
    button.ariaPressed = String(digit.row === data.chosen);
    button.onclick = () => setStateValue("row", [digit.row, Date.now()]); // the stamp makes a repeated choice a change
    const image = document.createElement("img");
    image.src = digit.source;
    image.alt = digit.name;
    button.append(image, digit.note);
    return button;
  });
  const gallery = parentElement.querySelector(".gallery");
  const held = [...gallery.children].indexOf(/** @type {any} */ (gallery.getRootNode()).activeElement);
  gallery.replaceChildren(...buttons);
  buttons[held]?.focus({ preventScroll: true });
}
