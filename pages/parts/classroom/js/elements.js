/** Elements from properties and text. Whatever people typed becomes a text node, never markup. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {object} [properties] as the element knows them: className, onclick, ariaLabel
 * @param {...(string | Node)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** @param {string} label @param {() => void} onclick */
export function button(label, onclick, className = "") {
  return make("button", { type: "button", className, onclick }, label);
}

/** A text that did not change is left alone: a screen reader would read it again. @param {string} text */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {number} count @param {string} one */
export function plural(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

/** On or off. @param {string} label @param {(on: boolean) => void} onChange */
export function toggle(label, onChange) {
  const element = button(label, () => onChange(element.ariaChecked !== "true"), "switch");
  element.role = "switch";
  element.ariaChecked = "false";
  return element;
}

/** Copies a text; where the browser refuses, it is offered for copying by hand. */
export async function copy(text, element) {
  try {
    await navigator.clipboard.writeText(text);
  } catch (refused) {
    window.prompt("Your browser does not let pages copy. Here is the link:", text);
    return;
  }
  const label = element.textContent;
  element.textContent = "Copied";
  setTimeout(() => (element.textContent = label), 2000);
}
