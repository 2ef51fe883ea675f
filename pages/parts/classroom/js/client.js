/** The browser's end of the class: one socket a tab, which the page and the bar share. */

import { keep, onChangeElsewhere, recall } from "./kept.js";
import { Line, wait } from "./line.js";

/**
 * @typedef {object} Room what the server says of a room, as this member may see it
 * @property {"presenter" | "student"} role
 * @property {string} room its code
 * @property {number} members
 * @property {boolean} locked nobody new can come in
 * @property {number} expires in seconds since 1970
 * @property {number} number of the running question, from 1; 0 before the first
 * @property {Question | null} question
 * @property {"asked" | "shown" | "told" | null} stage
 * @property {number} answered
 * @property {[string, number][] | null} counts of an option, or of a scale; null for a student before they are shown
 * @property {Text[]} texts
 * @property {{right: string, because: string} | null} truth
 * @property {{on: boolean, page: string, query: string}} follow
 * @property {string | number | null} mine this member's answer to the running question
 *
 * @typedef {{key: string, asked: string, kind: "choice" | "scale" | "text", options: string[], subject: string}} Question
 * @typedef {{id: string, text: string, allowed: boolean}} Text
 */

const LOST = "The connection is lost. Trying again; your answers are kept.";
const CLOSED = "You closed the room. Its questions and answers are deleted.";
const READ_MS = 8000; // a sentence stays so long at least
const NEW = { waiting: undefined, counted: undefined, off: false, asked: [] }; // what is kept, in a room just entered
const NONE = { ...NEW, room: undefined, secret: undefined };

/** Tells "change" whenever there is something else to show, "undone" when what was sent may not have been done. */
class Client extends EventTarget {
  constructor() {
    super();
    this.base = "";
    /** @type {Room | null} as last heard, also while the connection is lost */
    this.room = null;
    this.joined = false; // on this connection
    this.opening = this.closing = false;
    this.says = "";
    this.readUntil = 0;
    this.refused = ""; // the code with which it did not get in, to be tried again
    /** @type {import("./kept.js").Answer | null} on its way */
    this.sent = null;
    this.line = new Line({
      onOpen: () => this.greet(),
      onMessage: (message) => this[`hear_${message.kind}`]?.(message),
      onLost: () => this.lost(),
      onEnded: () => this.ended(),
    });
    onChangeElsewhere(() => this.followOtherTab());
  }

  /** Connects, if this browser is in a room. @param {string} base the path that a proxy puts in front */
  start(base) {
    this.base = base;
    this.line.path = `${base}/class/socket`;
    if (recall().room && !this.line.up) this.line.connect();
  }

  open() {
    this.opening = true;
    this.begin();
  }

  /** @param {string} code as typed */
  join(code) {
    keep({ ...NONE, room: code.toUpperCase().replace(/[^A-Z0-9]/g, "") });
    this.begin();
  }

  leave() {
    if (this.joined) this.line.send({ do: "leave" });
    this.forget("");
  }

  /** @param {string | number} given to the running question */
  answer(given) {
    keep({ waiting: { room: this.room.room, number: this.room.number, given } });
    this.deliver();
    this.changed();
  }

  /** What this member answered to the running question, and whether that is counted. */
  mine() {
    const { waiting, counted } = recall();
    const here = (it) => it?.room === this.room?.room && it?.number === this.room?.number;
    if (here(waiting)) return { given: String(waiting.given), counted: false };
    const given = here(counted) ? counted.given : this.room?.mine;
    return { given: given == null ? null : String(given), counted: given != null };
  }

  /** Whether this student stepped off the presenter's view. */
  get off() {
    return Boolean(recall().off);
  }

  /** Something a presenter does. Not kept for later: what was right then may be wrong after. */
  act(message) {
    if (this.joined) this.line.send(message);
    else this.tell("Not connected. Try again in a moment.");
  }

  /** For the presenter: the room is gone for everybody. */
  close() {
    this.closing = true;
    this.act({ do: "close" });
  }

  begin() {
    this.room = null;
    this.joined = false;
    this.line.works();
    this.line.connect();
    this.tell("");
  }

  greet() {
    const { member, room, secret } = recall();
    this.line.ask(this.opening ? { do: "open", member } : { do: "join", room, member, ...(secret && { secret }) });
  }

  lost() {
    this.joined = this.closing = false;
    this.sent = null;
    this.undone();
    this.tell(LOST, 0);
  }

  /** The server wants this tab no more, and said why: until somebody comes back to it. */
  ended() {
    this.joined = false;
    this.sent = null;
    this.changed();
  }

  hear_opened({ room, secret }) {
    this.opening = false;
    keep({ ...NEW, room, secret });
  }

  hear_room(room) {
    this.joined = true;
    this.line.works();
    this.room = room;
    if (performance.now() > this.readUntil) this.says = "";
    this.deliver();
    this.changed();
  }

  hear_counted({ number }) {
    const { waiting } = recall();
    const { sent } = this;
    this.sent = null;
    if (sent?.number !== number) return;
    keep({ counted: sent, waiting: waiting?.number === number && waiting.given === sent.given ? undefined : waiting });
    this.deliver();
    this.tell("");
  }

  hear_refused({ says, final, wait_s }) {
    const { opening } = this;
    this.opening = false;
    if (!this.joined) {
      if (final === false && !opening) {
        this.tell(says, 0);
        return this.tryAgain(wait_s * 1000);
      }
      this.refused = recall().room ?? "";
      return this.forget(says);
    }
    if (this.sent) keep({ waiting: undefined });
    this.sent = null;
    this.undone();
    this.tell(says);
  }

  hear_trouble({ says }) {
    this.sent = null;
    this.undone();
    this.tell(says, 0);
    this.tryAgain(wait(3));
  }

  /** What was not done on this connection, unless it is lost or left meanwhile. @param {number} ms from now */
  tryAgain(ms) {
    const { socket } = this.line;
    setTimeout(() => socket && socket === this.line.socket && (this.joined ? this.deliver() : this.greet()), ms);
  }

  hear_closed({ says }) {
    this.forget(this.closing ? CLOSED : says);
  }

  undone() {
    this.closing = false;
    this.dispatchEvent(new Event("undone"));
  }

  /** Sends the answer that waits; one at a time, so that what is counted last is what was given last. */
  deliver() {
    const { waiting } = recall();
    if (!waiting || this.sent || !this.joined) return;
    const { number, stage, room } = this.room;
    if (waiting.room !== room || waiting.number !== number || stage === "told") {
      keep({ waiting: undefined });
      return this.tell("Your last answer came too late to be counted.");
    }
    this.sent = waiting;
    this.line.ask({ do: "answer", number: waiting.number, given: waiting.given });
  }

  /** Out of the room, here and in the other tabs. @param {string} says why */
  forget(says) {
    keep(NONE);
    this.stop();
    this.tell(says);
  }

  stop() {
    this.opening = this.closing = this.joined = false;
    this.room = this.sent = null;
    this.line.close();
  }

  followOtherTab() {
    const { room } = recall();
    if (!room) this.stop();
    else if (room !== this.room?.room) this.begin();
    this.changed();
  }

  /** @param {string} says @param {number} [ms] how long that stays, whatever else comes */
  tell(says, ms = READ_MS) {
    this.says = says;
    this.readUntil = performance.now() + ms;
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }
}

export const client = new Client();
