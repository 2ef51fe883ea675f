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

const NAME = String.raw`[\w.]+(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?`;
const FORMULA = new RegExp(String.raw`${NAME}(?: [-+*/=×·] ${NAME})+|[\w.]+\((?:[^()]|\([^()]*\))*\)`, "g");
const LONGEST_UNBROKEN = 28; // characters, which a phone has room for

/** Text in whose formulas no line breaks. @param {HTMLElement} element @param {string} text */
export function prose(element, text) {
  if (element.textContent === text) return;
  const pieces = [];
  let from = 0;
  for (const { 0: formula, index } of text.matchAll(FORMULA)) {
    if (formula.length > LONGEST_UNBROKEN) continue;
    pieces.push(text.slice(from, index), make("span", { className: "formula" }, formula));
    from = index + formula.length;
  }
  element.replaceChildren(...pieces, text.slice(from));
}

/** Whether the focus is in it; looked for where it lives, which may be a shadow tree. @param {HTMLElement} element */
export function hasFocus(element) {
  return element.contains(element.getRootNode().activeElement);
}

/** Whether somebody is writing in it, whom nothing may move. @param {HTMLElement} element */
export function isWriting(element) {
  return hasFocus(element) && element.getRootNode().activeElement.matches("input, textarea");
}

const HEADER_PX = 60; // Streamlit's, which lies over the page

/** Scrolls where the start of an element is out of sight. @param {HTMLElement} element */
export function bringIntoSight(element) {
  const { top } = element.getBoundingClientRect();
  if (top < HEADER_PX || top > innerHeight / 2) element.scrollIntoView({ block: "start" });
}

/** A heading that can be given the focus when what it heads has come. @param {string} text */
export function heading(text = "", className = "") {
  return make("h2", { className, tabIndex: -1 }, text);
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
