/** The panel: everything in it follows from the page's address, as it is when the panel opens. */

import { isOfThisMachine } from "./machine.js";
import { plots, save } from "./plots.js";

/** @type {WeakMap<HTMLElement, Promise<ShadowRoot>>} */
const furnished = new WeakMap();

/** @param {HTMLElement} place where the panel goes @param {(button: HTMLElement) => void} copyLink */
export async function show(place, copyLink) {
  if (!furnished.has(place)) furnished.set(place, furnish(place));
  try {
    const dialog = (await furnished.get(place)).querySelector("dialog");
    if (dialog.open) return; // opened twice at once
    fill(dialog, place.dataset, copyLink);
    dialog.showModal();
  } catch (error) {
    furnished.delete(place);
    throw error;
  }
}

/** The panel's markup in a shadow root, so that its styles and the page's stay apart. */
async function furnish(place) {
  const [markup, style] = await Promise.all(["panel.html", "panel.css"].map(text));
  const root = place.attachShadow({ mode: "open" });
  root.innerHTML = `<style>${style}</style>${markup}`; // both from files of ours
  return root;
}

/** @param {string} name of a file beside this module */
async function text(name) {
  const answer = await fetch(new URL(name, import.meta.url));
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  return answer.text();
}

function fill(dialog, { base, some, all }, copyLink) {
  const $ = (selector) => /** @type {any} */ (dialog.querySelector(selector));
  const page = location.pathname.slice(base.length).replaceAll("/", "");
  const query = new URLSearchParams(location.search);
  query.set("page", page);
  const at = (name, more = {}) => `${base}/home/${name}?${new URLSearchParams([...query, ...Object.entries(more)])}`;

  $(".copy").onclick = () => copyLink($(".copy"));
  $(".close").onclick = () => dialog.close();
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close(); // beside the panel
  };
  $(".script").href = at("script.py");
  $(".notebook").href = at("notebook.ipynb");
  $(".some").href = at("data.csv");
  $(".some").textContent = `${some} digits`;
  $(".all").href = at("data.csv", { rows: "all" });
  $(".all").textContent = `${all} digits`;
  $(".python").onclick = () => copyScript(at("script.py"), $(".code"), $(".status"));
  $(".code").hidden = true;
  $(".status").textContent = "";
  $(".here").hidden = !isOfThisMachine();
  $(".here").textContent = `A link with ${location.hostname} opens on this machine alone. On a server started with “make class” the code leads phones here.`;
  $(".qr").onerror = () => ($(".status").textContent = "No QR code: this address is too long for one. The link can be copied.");
  $(".qr").src = `${base}/home/qr.svg?${new URLSearchParams({ address: location.href })}`;
  $(".plots").replaceChildren(...choices(named(page, query), $(".status")));
}

/** Shows the script and copies it; where the browser refuses, it stands there selected. */
async function copyScript(url, code, status) {
  status.textContent = "Asking the server ...";
  try {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
    code.value = await answer.text();
  } catch (error) {
    status.textContent = `The script did not arrive (${error.message}). Try again.`;
    return;
  }
  code.hidden = false;
  try {
    await navigator.clipboard.writeText(code.value);
    status.textContent = `Copied: ${code.value.split("\n").length.toLocaleString("en-US")} lines.`;
  } catch (refused) {
    code.focus();
    code.select();
    status.textContent = "Your browser does not let pages copy. The script is selected: copy it from there.";
  }
}

/** A line for each plot of the page. @returns {HTMLElement[]} */
function choices(fileName, status) {
  const lines = plots().map(({ name, element }, number) => {
    const line = document.createElement("li");
    const label = document.createElement("span");
    label.textContent = name;
    const buttons = ["svg", "png"].map((format) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = format.toUpperCase();
      button.ariaLabel = `${name} as ${format.toUpperCase()}`;
      button.onclick = () =>
        save(element, format, `${fileName}-plot${number + 1}`).catch(
          (error) => (status.textContent = `The plot could not be saved (${error.message}).`),
        );
      return button;
    });
    line.append(label, ...buttons);
    return line;
  });
  if (lines.length) return lines;
  const none = document.createElement("li");
  none.textContent = "There is no plot on this page now.";
  return [none];
}

/** A file's name that says what it shows. @param {string} page @param {URLSearchParams} query */
function named(page, query) {
  const settings = [...query].filter(([name]) => name !== "page").map(([name, value]) => `${name}${value}`);
  return ["where-softmax-breaks", page || "break-it", ...settings].join("-").replace(/[^\w.-]+/g, "").slice(0, 120);
}
