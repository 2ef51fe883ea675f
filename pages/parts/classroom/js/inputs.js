/** What an answer in numbers or words is given with. Each fills a place and keeps it up to date. */

import { client } from "./client.js";
import { make, say } from "./elements.js";
import { scale } from "./format.js";
import { ticks } from "./histogram.js";
import { times } from "./verdict.js";

const [LEAST, MOST] = [0.1, 10_000];
const LONGEST_TEXT = 200;

/** @typedef {{update: (given: string | null, open: boolean) => void}} Input */

/** Empty until the student chooses: a scale that stood there first would be the answer of many. @returns {Input} */
export function scaleInput(place) {
  const track = { min: "-1", max: "4", step: "0.01" }; // powers of ten
  const slider = make("input", { type: "range", ...track, value: "1.5", ariaLabel: "Scale, on a log track" });
  const limits = { min: String(LEAST), max: String(MOST), step: "any" };
  const box = make("input", { type: "number", id: "scale", ...limits, required: true });
  const send = make("button", { type: "submit", className: "first" }, "Send");
  const form = make("form", {},
    slider,
    ticks(),
    make("label", { htmlFor: "scale" }, "Scale, 0.1 to 10,000: tap the track, or type it"),
    make("div", { className: "row" }, box, send),
  );
  const read = () => {
    const chosen = Number(box.value);
    slider.classList.toggle("unset", !(chosen > 0));
    slider.ariaValueText = chosen > 0 ? times(chosen) : "nothing chosen yet";
    if (chosen > 0) slider.value = String(Math.log10(chosen));
    filled.check();
  };
  const toBox = () => {
    box.value = scale(Number((10 ** Number(slider.value)).toPrecision(3)));
    read();
  };
  slider.oninput = toBox;
  slider.onclick = () => box.value === "" && toBox(); // a tap in the very middle changes nothing
  box.oninput = read;
  form.onsubmit = (event) => {
    event.preventDefault();
    client.answer(Number(box.value));
  };
  const filled = sendable(box, send, read);
  place.replaceChildren(form);
  read();
  return filled;
}

/** @returns {Input} */
export function textInput(place) {
  const box = make("textarea", { id: "text", rows: 3, maxLength: LONGEST_TEXT, required: true });
  const send = make("button", { type: "submit", className: "first" }, "Send");
  const form = make("form", {},
    make("label", { htmlFor: "text" }, `Your answer, at most ${LONGEST_TEXT} characters`),
    box,
    make("p", { className: "note" }, "Your presenter reads it first, and decides what the class sees."),
    send,
  );
  const filled = sendable(box, send, () => filled.check());
  box.oninput = filled.check;
  form.onsubmit = (event) => {
    event.preventDefault();
    client.answer(box.value.trim());
  };
  place.replaceChildren(form);
  filled.check();
  return filled;
}

/** Puts an answer given before into its box, once: what is typed after that stays. What is no answer is not sent. */
function sendable(box, send, onFilled) {
  let before = null;
  let isOpen = true;
  const check = () => (send.disabled = !isOpen || !box.value.trim() || !box.validity.valid);
  const update = (given, open) => {
    isOpen = open;
    if (given !== null && before === null) {
      box.value = String(given);
      onFilled();
    }
    before = given;
    say(send, given === null ? "Send" : "Change it");
    check();
  };
  return { update, check };
}
