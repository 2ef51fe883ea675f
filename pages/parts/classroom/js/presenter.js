/** The page of who presents: the way in for students, the running question, questions to ask. */

import * as acts from "./acts.js";
import { client } from "./client.js";
import { button, copy, make, plural, say, toggle } from "./elements.js";
import { leadOn } from "./follow.js";
import { link, qr } from "./link.js";
import { Projector } from "./projector.js";
import { go } from "./place.js";
import { brought, Results } from "./question.js";
import { questions } from "./questions.js";
import { letThrough } from "./texts.js";

/** @returns {import("./class.js").Part} */
export function presenter() {
  const parts = [wayIn(), running(), questions()];
  const element = make("div", { className: "presenter" }, ...parts.map((it) => it.element));
  return { element, update: (room) => parts.forEach((it) => it.update(room)) };
}

function wayIn() {
  const code = make("p", { className: "code" });
  const image = make("img", { className: "qr", alt: "QR code of the link that joins this room", width: 148, height: 148 });
  const address = make("p", { className: "address" });
  const members = make("p", { className: "members" });
  const copyLink = button("Copy link", () => copy(address.textContent, copyLink));
  const projector = new Projector();
  const lead = toggle("Follow me", leadOn);
  const closing = make("dialog", { ariaLabel: "Close the room?" },
    make("p", {}, "Close the room? Everybody in it is sent out, and its questions and answers are deleted."),
    make("div", { className: "row" },
      button("Keep it open", () => closing.close(), "first"),
      button("Close it for good", () => (closing.close(), client.act({ do: "close" }))),
    ),
  );
  const element = make("section", { className: "way-in" }, image,
    make("div", {}, code, address, members,
      make("div", { className: "row" },
        button("Projector", () => projector.open(), "first"),
        copyLink,
        lead,
        button("Close room", () => closing.showModal(), "quiet"),
      ),
      make("p", { className: "note" },
        "With “Follow me” on, your students' pages go where you go and take your scale, dtype and weights, ",
        "until they step off.",
      ),
    ),
    closing, projector.element,
  );
  /** @param {import("./client.js").Room} room */
  const update = (room) => {
    const where = link(room.room);
    say(code, room.room);
    say(address, where);
    if (image.dataset.of !== where) {
      image.dataset.of = where;
      image.src = qr(where);
    }
    const until = new Date(room.expires * 1000).toLocaleString("en-GB", { weekday: "long", hour: "2-digit", minute: "2-digit" });
    say(members, `${plural(room.members, "member")} · open until ${until}`);
    lead.ariaChecked = String(room.follow.on);
    projector.update(room);
  };
  return { element, update };
}

function running() {
  const asked = make("p", { className: "asked" });
  const results = new Results();
  const texts = letThrough();
  const show = button("Show answers", acts.show);
  const right = make("select", { id: "right" });
  const chooseRight = make("label", { htmlFor: "right", className: "right" }, "Right answer ", right);
  const tell = button("Tell", () => acts.tell(right.value));
  const next = button("", acts.advance);
  const evidence = button("Show it on its page", () => go(client.base, brought(client.room.question)));
  const element = make("section", { className: "running" },
    make("h2", {}, "Running question"), asked, results.element, texts.element,
    make("div", { className: "row" }, show, chooseRight, tell, next, evidence),
  );
  let number = 0;
  /** @param {import("./client.js").Room} room */
  const update = (room) => {
    const { number: current, question, stage } = room;
    element.hidden = !question;
    if (!question) return;
    if (number !== current) {
      number = current;
      right.replaceChildren(make("option", { value: "" }, "none"), ...question.options.map((it) => make("option", { value: it }, it)));
    }
    say(asked, question.asked);
    results.update(room, true);
    texts.update(room);
    show.hidden = stage !== "asked";
    show.className = "first";
    chooseRight.hidden = stage === "told" || Boolean(question.key) || question.kind !== "choice";
    tell.hidden = stage === "told";
    tell.className = stage === "shown" ? "first" : "";
    say(tell, question.key ? "Tell the truth" : "Close the answers");
    const following = acts.nextReady();
    evidence.hidden = stage !== "told" || !brought(question);
    next.hidden = stage !== "told" || !following;
    next.className = "first";
    say(next, following ? `Next: ${following.asked}` : "");
  };
  return { element, update };
}
