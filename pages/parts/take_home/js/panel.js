/** The panel: everything in it follows from the page's address, as it is when the panel opens. */

import { plots, save } from "./plots.js";

/** @param {HTMLDialogElement} dialog its data-base is the path in front of every page */
export function fill(dialog) {
  const { base } = dialog.dataset;
  const $ = (selector) => /** @type {any} */ (dialog.querySelector(selector));
  const page = location.pathname.slice(base.length).replaceAll("/", "");
  const query = new URLSearchParams(location.search);
  query.set("page", page);
  const at = (name, more = {}) => `${base}/home/${name}?${new URLSearchParams([...query, ...Object.entries(more)])}`;

  $(".close").onclick = () => dialog.close();
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close(); // beside the panel
  };
  $(".script").href = at("script.py");
  $(".notebook").href = at("notebook.ipynb");
  $(".some").href = at("data.csv");
  $(".all").href = at("data.csv", { rows: "all" });
  $(".python").onclick = () => copyScript(at("script.py"), $(".code"), $(".status"));
  $(".code").hidden = true;
  $(".status").textContent = "";
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
