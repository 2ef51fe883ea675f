/** The page of a student in a room: the question, an answer that can be changed, then what the class said. */

import { client } from "./client.js";
import { bringIntoSight, button, hasFocus, heading, make, prose, say } from "./elements.js";
import { scaleInput, textInput } from "./inputs.js";
import { Results } from "./question.js";
import { times } from "./verdict.js";

const INPUTS = { scale: scaleInput, text: textInput, choice: () => null }; // a choice is given with the options themselves

/** @returns {import("./class.js").Part} */
export function student() {
  const waiting = heading("You are in. The next question appears here by itself.", "waiting");
  const asked = heading("", "asked");
  const place = make("div", { className: "answer" });
  const state = make("p", { className: "state", role: "status" });
  const results = new Results((option) => client.answer(option));
  results.answered.before(state);
  const card = make("section", { className: "card" }, results.told, asked, place, results.element);
  const leave = button("Leave the room", () => client.leave(), "quiet");
  const element = make("div", { className: "student" }, waiting, card, leave);
  /** @type {import("./inputs.js").Input | null} */
  let input;
  let number = 0;
  let told = false;

  /** @param {import("./client.js").Room} room */
  const update = (room) => {
    const { number: current, question, stage } = room;
    const had = hasFocus(element);
    waiting.hidden = question !== null;
    card.hidden = question === null;
    if (!question) return (number = 0);
    const { given, counted } = client.mine();
    const isNew = number !== current;
    if (isNew) {
      number = current;
      prose(asked, question.asked);
      place.replaceChildren();
      input = INPUTS[question.kind](place);
    }
    place.hidden = stage === "told" || !input;
    input?.update(given, stage !== "told");
    results.update(room);
    say(state, stateOf(question, stage, given, counted));
    const isTold = !told && stage === "told";
    told = stage === "told";
    if (isNew || isTold) bringIntoSight(card);
    if (had && (isNew || isTold)) (told ? results.verdict : asked).focus({ preventScroll: true });
  };
  return { element, heading: () => (card.hidden ? waiting : asked), update };
}

function stateOf({ kind }, stage, given, counted) {
  if (given === null) return { asked: "", shown: "You can still answer.", told: "You did not answer this one." }[stage];
  const yours = kind === "scale" ? ` Your answer: ${times(Number(given))}.` : "";
  if (!counted) return client.joined ? "Sending ..." : "Kept, and sent once you are connected again.";
  return `Counted.${yours}${{ asked: " You can change it.", shown: " You can still change it.", told: "" }[stage]}`;
}
