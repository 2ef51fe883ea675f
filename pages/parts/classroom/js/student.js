/** The page of a student in a room: the question, an answer that can be changed, then what the class said. */

import { client } from "./client.js";
import { button, make, say } from "./elements.js";
import { scale } from "./format.js";
import { ticks } from "./histogram.js";
import { pictures, Results, times } from "./question.js";

const [LEAST, MOST] = [0.1, 10_000];
const LONGEST_TEXT = 200;

/** @returns {import("./class.js").Part} */
export function student() {
  const waiting = make("p", { className: "waiting" }, "You are in. The next question appears here by itself.");
  const asked = make("h2", { className: "asked" });
  const place = make("div", { className: "answer" });
  const state = make("p", { className: "state", role: "status" });
  const results = new Results();
  const card = make("section", { className: "card" }, asked, place, state, results.element);
  const leave = button("Leave the room", () => client.leave(), "quiet");
  const element = make("div", { className: "student" }, waiting, card, leave);
  /** @type {{update: (given: string | null, open: boolean) => void}} */
  let input;
  let number = 0;

  /** @param {import("./client.js").Room} room */
  const update = (room) => {
    const { number: current, question, stage } = room;
    waiting.hidden = question !== null;
    card.hidden = question === null;
    if (!question) return (number = 0);
    if (number !== current) {
      number = current;
      say(asked, question.asked);
      input = INPUTS[question.kind](place, question);
    }
    const { given, counted } = client.mine();
    const open = stage !== "told";
    input.update(given, open);
    place.hidden = !open && question.kind !== "choice";
    say(state, stateOf(question, given, counted, open));
    results.update(room);
  };
  return { element, update };
}

function stateOf({ kind }, given, counted, open) {
  if (given === null) return open ? "" : "You did not answer this one.";
  const yours = kind === "scale" ? ` Your answer: ${times(Number(given))}.` : "";
  if (!counted) return client.joined ? "Sending ..." : "Kept, and sent once you are connected again.";
  return open ? `Counted.${yours} You can change it while the question is open.` : `Counted.${yours}`;
}

/** What an answer is given with, by the kind of question. Each fills `place` and keeps it up to date. */
const INPUTS = {
  choice(place, question) {
    const shown = pictures(question);
    const choices = question.options.map((option) => {
      const choice = button("", () => client.answer(option), "choice");
      if (shown[option]) choice.append(make("img", { src: shown[option], alt: "" }));
      choice.append(make("span", {}, option));
      return choice;
    });
    place.className = Object.keys(shown).length ? "answer pictures" : "answer";
    place.replaceChildren(...choices);
    return {
      update(given, open) {
        choices.forEach((choice, i) => {
          choice.ariaPressed = String(question.options[i] === given);
          choice.disabled = !open;
        });
      },
    };
  },

  scale(place) {
    const track = { min: "-1", max: "4", step: "0.01" }; // powers of ten
    const slider = make("input", { type: "range", ...track, value: "1", ariaLabel: "Scale, on a log track" });
    const limits = { min: String(LEAST), max: String(MOST), step: "any" };
    const box = make("input", { type: "number", id: "scale", ...limits, value: "10", required: true });
    const send = make("button", { type: "submit", className: "first" }, "Send");
    const form = make("form", {},
      slider,
      ticks(),
      make("label", { htmlFor: "scale" }, "Scale, 0.1 to 10,000"),
      make("div", { className: "row" }, box, send),
    );
    const toBox = () => (box.value = scale(Number((10 ** Number(slider.value)).toPrecision(3))));
    const toSlider = () => {
      if (Number(box.value) > 0) slider.value = String(Math.log10(Number(box.value)));
      slider.ariaValueText = times(Number(box.value));
    };
    slider.oninput = () => (toBox(), (slider.ariaValueText = times(Number(box.value))));
    box.oninput = toSlider;
    form.onsubmit = (event) => {
      event.preventDefault();
      client.answer(Number(box.value));
    };
    place.className = "answer";
    place.replaceChildren(form);
    return { update: filled(box, send, toSlider) };
  },

  text(place) {
    const box = make("textarea", { id: "text", rows: 3, maxLength: LONGEST_TEXT, required: true });
    const send = make("button", { type: "submit", className: "first" }, "Send");
    const form = make("form", {},
      make("label", { htmlFor: "text" }, `Your answer, at most ${LONGEST_TEXT} characters`),
      box,
      make("p", { className: "note" }, "Your presenter reads it first, and decides what the class sees."),
      send,
    );
    form.onsubmit = (event) => {
      event.preventDefault();
      if (box.value.trim()) client.answer(box.value.trim());
    };
    place.className = "answer";
    place.replaceChildren(form);
    return { update: filled(box, send, () => undefined) };
  },
};

/** Puts an answer given before into its box, once: what is typed after that stays. */
function filled(box, send, onFilled) {
  let before = null;
  return (given, open) => {
    if (given !== null && before === null) {
      box.value = String(given);
      onFilled();
    }
    before = given;
    send.disabled = !open;
    say(send, given === null ? "Send" : "Change it");
  };
}
