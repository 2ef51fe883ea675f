/** The page for who is in no room: join one, or open one. */

import { client } from "./client.js";
import { button, heading, make, say } from "./elements.js";
import { recall } from "./kept.js";
import { obstacle } from "./link.js";

const LETTERS = 6;

/** @returns {import("./class.js").Part} */
export function outside() {
  const box = make("input", {
    id: "code",
    className: "code-box",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: false,
    maxLength: 20,
    placeholder: "BCD 234",
    value: client.refused,
  });
  const problem = make("p", { className: "problem", role: "alert" });
  const form = make("form", { className: "join" },
    make("label", { htmlFor: "code" }, "Code of the room"),
    make("div", { className: "row" }, box, make("button", { type: "submit", className: "first" }, "Join")),
    problem,
  );
  form.onsubmit = (event) => {
    event.preventDefault();
    const typed = box.value.replace(/[^A-Za-z0-9]/g, "");
    if (typed.length === LETTERS) return client.join(typed);
    say(problem, `A code has ${LETTERS} letters and digits; this has ${typed.length}. Your presenter's screen shows it.`);
    box.focus();
  };
  const head = heading("Join a class");
  const rooms = make("div", { className: "two" },
    make("section", {},
      head,
      make("p", {}, "Type the code that your presenter shows. No account, and no name is asked."),
      form,
    ),
    make("section", {},
      make("h2", {}, "Open a room"),
      make("p", {},
        "You get a code and a QR code for your students, ask questions and see their answers as they come. ",
        "The room lasts 24 hours or until you close it; it is yours in this browser alone.",
      ),
      make("p", { className: "problem" }, obstacle()),
      button("Open a room", () => client.open()),
    ),
  );
  const element = make("div", {},
    rooms,
    make("p", { className: "note" },
      "Predict first, then look. A presenter opens a room and asks; everybody answers on a phone or laptop and sees ",
      "what the class thinks. Then torch computes the answer.",
    ),
    make("p", { className: "note" },
      "A room, its questions and its answers are deleted when it is closed, after 24 hours at the latest. ",
      "On other pages a bar at the foot of the window keeps you in the class.",
    ),
  );
  return { element, heading: () => head, update: () => undefined };
}

/** While the room's first word is on its way. @returns {import("./class.js").Part} */
export function entering() {
  const words = heading();
  const element = make("section", {}, words, button("Stop", () => client.leave()));
  return {
    element,
    heading: () => words,
    update: () => say(words, recall().room ? `Entering room ${recall().room} ...` : "Opening a room ..."),
  };
}

/** Before a presenter gives up one room for another. @param {string} code @param {() => void} onDone */
export function otherRoom(code, onDone) {
  const element = make("section", {},
    make("h2", {}, `Join room ${code}?`),
    make("p", {},
      `This browser presents room ${recall().room}, and forgets that when it joins another. `,
      "To try a room as a student, use a private window or your phone.",
    ),
    make("div", { className: "row" },
      button(`Keep presenting ${recall().room}`, onDone, "first"),
      button(`Join ${code}`, () => (client.join(code), onDone())),
    ),
  );
  return { element, update: () => undefined };
}
