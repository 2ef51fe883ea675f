/** The whole window for the wall: what the class needs to see now, in large type, worked by keys. */

import { advance, reveal } from "./acts.js";
import { client } from "./client.js";
import { button, make, plural, say } from "./elements.js";
import { leadOn } from "./follow.js";
import { link, qr } from "./link.js";
import { Results } from "./question.js";

/** @type {[string[], string, string, () => void][]} keys, as they are called, what they do */
const KEYS = [
  [["ArrowRight", " "], "→ or space", "next: ask, answers, truth", advance],
  [["r"], "R", "reveal the answers, then the truth", reveal],
  [["f"], "F", "follow me, on or off", () => leadOn(!client.room.follow.on)],
];
const LISTED = [...KEYS.map(([, name, does]) => [name, does]), ["Esc", "leave the projector"], ["?", "this list"]];
const SMALLEST = 0.4; // of the largest type: with less, nobody in the last row reads it

export class Projector {
  constructor() {
    this.code = make("p", { className: "code" });
    this.image = make("img", { className: "qr", alt: "QR code of the link that joins this room" });
    this.members = make("p", { className: "members" });
    this.address = make("p", { className: "address" });
    this.waiting = make("div", { className: "waiting" }, this.image,
      make("div", {}, this.address, this.code, this.members),
    );
    this.asked = make("h2", { className: "asked" });
    this.results = new Results();
    this.question = make("div", { className: "question" }, this.asked, this.results.element);
    this.corner = make("span", { className: "corner" });
    this.state = make("span", { className: "state", role: "status" });
    this.help = make("dl", { className: "keys", hidden: true },
      ...LISTED.flatMap(([name, does]) => [make("dt", {}, name), make("dd", {}, does)]),
    );
    const keys = button("Keys", () => this.toggleHelp());
    const leave = button("Leave", () => this.element.close());
    this.foot = make("footer", {}, this.corner, this.state, keys, leave);
    this.main = make("div", { className: "wall" }, this.waiting, this.question);
    this.element = make("dialog", { className: "projector", ariaLabel: "Projector", tabIndex: -1 }, this.main, this.help, this.foot);
    this.element.onkeydown = (event) => this.pressed(event);
    this.element.onclose = () => removeEventListener("resize", this.fit);
    this.fit = () => fit(this.main);
  }

  open() {
    this.element.showModal();
    this.element.focus();
    addEventListener("resize", this.fit);
    this.update(client.room);
  }

  /** @param {import("./client.js").Room} room */
  update(room) {
    if (!this.element.open || !room) return;
    const { question, members, follow } = room;
    const where = link(room.room);
    say(this.code, room.room);
    const typed = where.replace(/^https?:\/\/|\?.*$/g, "");
    say(this.address, `Scan, or go to ${typed} and type`);
    say(this.members, plural(members, "member"));
    if (this.image.dataset.of !== where) {
      this.image.dataset.of = where;
      this.image.src = qr(where);
    }
    this.waiting.hidden = question !== null;
    this.question.hidden = question === null;
    if (question) {
      say(this.asked, question.asked);
      this.results.update(room, true);
    }
    say(this.corner, question ? `${room.room} · ${typed}` : "");
    say(this.state, client.says || (follow.on ? "Your students follow you" : ""));
    this.fit();
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = event.target instanceof HTMLButtonElement && event.key === " ";
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const [, , , does] = KEYS.find(([keys]) => keys.includes(key)) ?? [];
    if (onButton || event.repeat || !(does || key === "?")) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has keys of its own
    (does ?? (() => this.toggleHelp()))();
  }

  toggleHelp() {
    this.help.hidden = !this.help.hidden;
  }
}

/** The largest type with which nothing has to be scrolled. */
function fit(element) {
  for (let size = 1; size >= SMALLEST; size -= 0.04) {
    element.style.setProperty("--size", size.toFixed(2));
    if (element.scrollHeight <= element.clientHeight && element.scrollWidth <= element.clientWidth) return;
  }
}
