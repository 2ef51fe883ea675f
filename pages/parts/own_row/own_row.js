/**
 * Three logits and a target, set by hand.
 *
 * @typedef {{logits: number[], target: number, limit: number}} Data
 * @typedef {{data: Data, parentElement: HTMLElement, setStateValue: (name: string, value: unknown) => void}} Component
 */

/** @param {Component} component */
export default function ({ data, parentElement, setStateValue }) {
  const form = /** @type {HTMLFormElement} */ (parentElement.querySelector(".row"));
  const boxes = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input")]);
  const target = /** @type {HTMLSelectElement} */ (form.querySelector("select"));
  const { activeElement } = /** @type {ShadowRoot} */ (form.getRootNode());
  boxes.forEach((box, i) => {
    box.min = String(-data.limit);
    box.max = String(data.limit);
    if (box !== activeElement) box.value = String(data.logits[i]); // a box in use keeps what is being typed
  });
  target.value = String(data.target);
  form.onsubmit = (event) => event.preventDefault();
  form.onchange = () => {
    if (form.reportValidity()) setStateValue("row", [...boxes.map((box) => box.valueAsNumber), Number(target.value)]);
  };
}
