/** The page of who presents: the way in for students, the running question, questions to ask. */

import * as acts from "./acts.js";
import { focusActs } from "./bar.js";
import { client } from "./client.js";
import { bringIntoSight, button, copy, hasFocus, heading, isWriting, make, plural, prose, say, toggle } from "./elements.js";
import { choose, link, obstacle, qr, ways } from "./link.js";
import { go } from "./place.js";
import { Projector } from "./projector.js";
import { brought, evidence, Results, stageOf } from "./question.js";
import { questions } from "./questions.js";
import { letThrough } from "./texts.js";

/** @returns {import("./class.js").Part} */
export function presenter() {
  const parts = [wayIn(), running(), questions()];
  const element = make("div", { className: "presenter" }, ...parts.map((it) => it.element));
  return { element, heading: parts[0].heading, update: (room) => parts.forEach((it) => it.update(room)) };
}

function wayIn() {
  const code = heading("", "code");
  const image = make("img", { className: "qr", alt: "QR code of the link that joins this room", width: 148, height: 148 });
  const address = make("p", { className: "address" });
  const unreachable = make("p", { className: "problem", role: "alert" });
  const way = wayChoice(() => update(client.room));
  const members = make("p", { className: "members" });
  const copyLink = button("Copy link", () => copy(address.textContent, copyLink));
  const projector = new Projector();
  const lock = toggle("Lock the room", (on) => client.act({ do: "lock", on }));
  const closing = closeDialog();
  const element = make("section", { className: "way-in" }, image,
    make("div", {}, code, address, unreachable, way.element, members,
      make("div", { className: "row" },
        button("Projector", () => projector.open(), "first"),
        copyLink,
        lock,
        button("Close room", () => closing.showModal(), "quiet"),
      ),
      make("p", { className: "note" },
        "With “Follow me” on, in the bar below, your students' pages go where you go and take your scale, dtype and ",
        "weights, until they step off.",
      ),
    ),
    closing, projector.element,
  );
  /** @param {import("./client.js").Room} room */
  const update = (room) => {
    const where = link(room.room);
    say(code, room.room);
    say(address, where);
    say(unreachable, obstacle());
    way.update();
    if (image.dataset.of !== where) {
      image.dataset.of = where;
      image.src = qr(where);
    }
    const until = new Date(room.expires * 1000).toLocaleString("en-GB", { weekday: "long", hour: "2-digit", minute: "2-digit" });
    const locked = room.locked ? " · locked: nobody new can come in" : "";
    say(members, `${plural(room.members, "student")} joined${locked} · open until ${until}`);
    lock.ariaChecked = String(Boolean(room.locked));
    projector.update(room);
  };
  return { element, heading: () => code, update };
}

/** By which of this machine's addresses phones come, where the page's own leads each of them to itself. */
function wayChoice(onChange) {
  const select = make("select", { id: "way", onchange: () => (choose(select.value), onChange()) });
  const label = make("label", { htmlFor: "way", className: "right" }, "If phones do not find it, show another address of this machine ", select);
  const note = make("p", { className: "note" },
    "Phones must be on the same network as this machine. A firewall may keep them out, a network for guests apart; inside ",
    "WSL or a container this address leads nowhere else. Try the link on one before class.",
  );
  const element = make("div", { className: "ways" }, label, note);
  const update = () => {
    const origins = ways();
    element.hidden = !origins.length;
    label.hidden = origins.length < 2;
    if ([...select.options].map((it) => it.value).join() === origins.join()) return;
    select.replaceChildren(...origins.map((it) => make("option", { value: it }, it)));
  };
  return { element, update };
}

function closeDialog() {
  const dialog = make("dialog", { ariaLabel: "Close the room?" },
    make("p", {}, "Close the room? Everybody in it is sent out, and its questions and answers are deleted."),
    make("div", { className: "row" },
      button("Keep it open", () => dialog.close(), "first"),
      button("Close it for good", () => (dialog.close(), client.close())),
    ),
  );
  return dialog;
}

function running() {
  const head = heading("Running question");
  const asked = make("p", { className: "asked" });
  const state = make("p", { className: "state", role: "status" });
  const results = new Results();
  const texts = letThrough();
  const right = make("select", { id: "right", onchange: () => acts.chooseRight(right.value) });
  const chooseRight = make("label", { htmlFor: "right", className: "right" }, "Right answer ", right);
  const next = button("", acts.advance, "first");
  const showsIt = button("Show it on its page", () => go(client.base, evidence(client.room)));
  const toBar = button("To “Show answers” and “Tell” in the bar", focusActs, "skip");
  const element = make("section", { className: "running" },
    head, asked, state, results.told, results.element, texts.element,
    make("div", { className: "row" }, chooseRight, next, showsIt, toBar),
  );
  let [number, stage] = [null, null];
  /** @param {import("./client.js").Room} room */
  const update = (room) => {
    const { question } = room;
    const [isFirst, isNew, isOn] = [number === null, number !== room.number, stage !== room.stage];
    const page = element.closest(".presenter");
    const had = hasFocus(page);
    [number, stage] = [room.number, room.stage];
    element.hidden = !question;
    if (!question) return;
    if (isNew) right.replaceChildren(...["", ...question.options].map((it) => make("option", { value: it }, it || "none")));
    prose(asked, question.asked);
    say(state, stageOf(room));
    results.update(room);
    texts.update(room);
    chooseRight.hidden = stage === "told" || Boolean(question.key) || question.kind !== "choice";
    const following = acts.nextReady();
    showsIt.hidden = stage !== "told" || !brought(question);
    next.hidden = stage !== "told" || !following;
    prose(next, following ? `Next: ${following.asked}` : "");
    toBar.hidden = stage === "told";
    if (isFirst || !(isNew || isOn) || isWriting(page)) return;
    bringIntoSight(element);
    if (had) head.focus({ preventScroll: true });
  };
  return { element, update };
}
