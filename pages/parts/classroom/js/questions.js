/** What a presenter can ask: the questions the page brings along, and one of their own. */

import { ask, askOwn, wasAsked } from "./acts.js";
import { client } from "./client.js";
import { button, make, prose, say } from "./elements.js";
import { ready } from "./question.js";

const LONGEST_QUESTION = 300;
const LONGEST_OPTION = 80;
const OPTIONS = [2, 8];

/** @returns {import("./class.js").Part} */
export function questions() {
  const list = readyOnes();
  const element = make("section", {}, make("h2", {}, "Ask"), list.element, own());
  return { element, update: list.update };
}

function readyOnes() {
  const lines = ready.map(({ key, asked }) => {
    const choose = button("Ask", () => ask(key));
    choose.ariaLabel = `Ask: ${asked}`;
    const [words, mark] = [make("span"), make("span", { className: "note" })];
    prose(words, asked);
    return { key, mark, item: make("li", {}, words, mark, choose) };
  });
  const element = make("ul", { className: "ready" }, ...lines.map(({ item }) => item));
  return { element, update: () => lines.forEach(({ key, mark }) => say(mark, wasAsked(key) ? "asked" : "")) };
}

function own() {
  const asked = make("textarea", { id: "own-asked", rows: 2, maxLength: LONGEST_QUESTION, required: true });
  const kind = make("select", { id: "own-kind" },
    make("option", { value: "choice" }, "options to choose from"),
    make("option", { value: "text" }, "free text"),
    make("option", { value: "scale" }, "a scale, 0.1 to 10,000"),
  );
  const options = make("textarea", { id: "own-options", rows: 4, placeholder: "yes\nno" });
  const choices = make("div", {}, make("label", { htmlFor: "own-options" }, `Options, one a line, ${OPTIONS[0]} to ${OPTIONS[1]}`), options);
  const problem = make("p", { className: "problem", role: "alert" });
  const ask = make("button", { type: "submit", className: "first" }, "Ask it");
  const form = make("form", { className: "own" },
    make("label", { htmlFor: "own-asked" }, "Your question"), asked,
    make("label", { htmlFor: "own-kind" }, "Answered by"), kind,
    choices, problem,
    ask,
  );
  kind.onchange = () => (choices.hidden = kind.value !== "choice");
  form.onsubmit = (event) => {
    event.preventDefault();
    const typed = options.value.split("\n").map((line) => line.trim()).filter(Boolean);
    const wrong = kind.value === "choice" ? wrongWith(typed) : "";
    say(problem, wrong);
    if (wrong) return options.focus();
    const answers = kind.value === "choice" ? { options: typed } : { kind: kind.value };
    ask.focus(); // who writes is left in peace, and this is asked
    askOwn({ asked: asked.value.trim(), ...answers });
    if (client.joined) form.reset();
    choices.hidden = false;
  };
  return make("details", {}, make("summary", {}, "A question of your own"), form);
}

/** @param {string[]} options @returns {string} what is wrong with them, or nothing */
function wrongWith(options) {
  const [least, most] = OPTIONS;
  if (options.length < least || options.length > most) {
    return `There must be ${least} to ${most} options; there are ${options.length}. Write one a line.`;
  }
  if (new Set(options).size < options.length) return "Two options are the same. Change one.";
  const long = options.find((option) => option.length > LONGEST_OPTION);
  return long ? `An option may have ${LONGEST_OPTION} characters; this one has ${long.length}: ${long.slice(0, 30)}...` : "";
}
