/** The whole window for the wall: what the class needs to see now, in large type, worked by keys. */

import { advance, inTurn, reveal } from "./acts.js";
import { client } from "./client.js";
import { button, make, plural, prose, say } from "./elements.js";
import { leadOn } from "./follow.js";
import { link, obstacle, qr } from "./link.js";
import { Results, stageOf } from "./question.js";

/** @type {[string[], string, string, (wall: Projector) => void][]} keys, as they are called, what they do */
const KEYS = [
  [["ArrowRight", "PageDown", " "], "→ or space", "next: ask, answers, truth", (wall) => wall.forth(advance)],
  [["r"], "R", "reveal the answers, then the truth", (wall) => wall.forth(reveal)],
  [["ArrowLeft", "PageUp"], "←", "look back: what was told before, the way in", (wall) => wall.back()],
  [["f"], "F", "follow me, on or off", () => inTurn(() => leadOn(!client.room.follow.on))],
  [["?"], "?", "this list", (wall) => wall.toggleHelp()],
];
const LISTED = [...KEYS.map(([, name, does]) => [name, does]), ["Esc", "leave the projector"]];
const SMALLEST = 0.4; // of the largest type: with less, nobody in the last row reads it

export class Projector {
  constructor() {
    /** @type {import("./client.js").Room[]} as they stood when their question was told, first to last */
    this.told = [];
    this.steps = 0; // back from what runs
    this.number = 0;
    this.large = wayIn("waiting");
    this.small = wayIn("corner");
    this.members = make("p", { className: "members" });
    this.unreachable = make("p", { className: "problem" });
    this.large.words.append(this.unreachable, this.members);
    this.asked = make("h2", { className: "asked" });
    this.results = new Results();
    this.question = make("div", { className: "question" }, this.asked, this.results.element, this.results.told);
    this.state = make("span", { className: "state", role: "status" });
    this.help = make("dl", { className: "keys", hidden: true },
      ...LISTED.flatMap(([name, does]) => [make("dt", {}, name), make("dd", {}, does)]),
    );
    const keys = button("Keys", () => this.toggleHelp());
    const leave = button("Leave", () => this.element.close());
    this.foot = make("footer", {}, this.small.element, this.state, keys, leave);
    this.main = make("div", { className: "wall" }, this.large.element, this.question);
    this.element = make("dialog", { className: "projector", ariaLabel: "Projector", tabIndex: -1 }, this.main, this.help, this.foot);
    this.element.onkeydown = (event) => this.pressed(event);
    this.element.oncancel = (event) => {
      if (this.help.hidden) return;
      event.preventDefault(); // Esc closes the list first
      this.toggleHelp();
    };
    this.element.onclose = () => removeEventListener("resize", this.fit);
    this.fit = () => fit(this.main);
  }

  open() {
    this.steps = 0;
    this.element.showModal();
    this.element.focus();
    addEventListener("resize", this.fit);
    this.update(client.room);
  }

  /** @param {import("./client.js").Room} room */
  update(room) {
    if (!room) return;
    if (room.number !== this.number) this.steps = 0;
    this.number = room.number;
    if (room.stage === "told") this.told = [...this.told.filter((it) => it.number !== room.number), room];
    if (this.element.open) this.draw(room);
  }

  /** @param {import("./client.js").Room} room */
  draw(room) {
    const shown = this.seen(room).at(-1 - this.steps);
    const { question } = shown;
    for (const way of [this.large, this.small]) way.update(room);
    say(this.unreachable, obstacle());
    say(this.members, `${plural(room.members, "student")} joined`);
    this.large.element.hidden = question !== null;
    this.small.element.hidden = question === null;
    this.question.hidden = question === null;
    if (question) {
      prose(this.asked, question.asked);
      this.results.update(shown);
    }
    const open = this.steps ? "Looking back. → returns" : question ? stageOf(room) : "";
    say(this.state, client.says || [open, room.follow.on && "Students follow you"].filter(Boolean).join(" · "));
    this.fit();
  }

  /** What can be looked at: the way in, what was told before, what runs. @param {import("./client.js").Room} room */
  seen(room) {
    if (!room.question) return [room];
    return [{ ...room, question: null }, ...this.told.filter(({ number }) => number < room.number), room];
  }

  back() {
    this.look(Math.min(this.steps + 1, this.seen(client.room).length - 1));
  }

  /** Back to what runs; from there on, what the key does. @param {() => boolean} act */
  forth(act) {
    if (this.steps) this.look(act === advance ? this.steps - 1 : 0);
    else inTurn(act);
  }

  look(steps) {
    this.steps = steps;
    this.draw(client.room);
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = event.target instanceof HTMLButtonElement && event.key === " ";
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const [, , , does] = KEYS.find(([keys]) => keys.includes(key)) ?? [];
    if (onButton || event.repeat || !does) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has keys of its own
    does(this);
  }

  toggleHelp() {
    this.help.hidden = !this.help.hidden;
  }
}

/** How to join, for who comes now or later. */
function wayIn(className) {
  const image = make("img", { className: "qr", alt: "QR code of the link that joins this room" });
  const [address, code] = [make("p", { className: "address" }), make("p", { className: "code" })];
  const words = make("div", {}, address, code);
  const element = make("div", { className }, image, words);
  /** @param {import("./client.js").Room} room */
  const update = ({ room, locked }) => {
    const where = link(room);
    const typed = where.replace(/^https?:\/\/|\?.*$/g, "");
    image.hidden = Boolean(locked);
    say(code, room);
    say(address, locked ? "The room is locked: nobody new can come in." : `Scan, or go to ${typed} and type`);
    if (image.dataset.of === where) return;
    image.dataset.of = where;
    image.src = qr(where);
  };
  return { element, words, update };
}

/** The largest type with which nothing has to be scrolled. */
function fit(element) {
  for (let size = 1; size >= SMALLEST; size -= 0.04) {
    element.style.setProperty("--size", size.toFixed(2));
    if (element.scrollHeight <= element.clientHeight && element.scrollWidth <= element.clientWidth) return;
  }
}
