/** The page of the class: one part for who is in no room, one for students, one for who presents. */

import { show } from "./bar.js";
import { client } from "./client.js";
import { hasFocus, make, say } from "./elements.js";
import { recall } from "./kept.js";
import { bringReachable } from "./link.js";
import { entering, otherRoom, outside } from "./outside.js";
import { presenter } from "./presenter.js";
import { bring } from "./question.js";
import { student } from "./student.js";

/**
 * @typedef {object} Part
 * @property {HTMLElement} element
 * @property {(room: import("./client.js").Room) => void} update
 * @property {() => HTMLElement} [heading] of what is there now, for the focus
 */

/**
 * @typedef {object} State what Python tells
 * @property {string} assets
 * @property {string} base
 * @property {string[] | null} reachable origins at which phones find this server; null: none does
 * @property {import("./question.js").Ready[]} ready
 */

const PARTS = { outside, entering, presenter, student };

export class ClassPage {
  /** @param {HTMLElement} root @param {State} state */
  constructor(root, { base, ready, reachable }) {
    bring(ready);
    bringReachable(reachable);
    this.says = make("p", { className: "says", role: "status" });
    this.place = make("div");
    this.name = "";
    /** @type {Part | null} */
    this.part = null;
    root.replaceChildren(this.says, this.place);
    this.update = () => this.draw();
    client.addEventListener("change", this.update);
    show(base).catch((error) => client.tell(`The bar could not be loaded (${error.message}). Reload the page to try again.`));
    this.enterByLink();
    this.draw();
  }

  enterByLink() {
    const code = new URLSearchParams(location.search).get("room")?.toUpperCase().slice(0, 20);
    const { room, secret } = recall();
    if (!code || code === room) return;
    forgetLink();
    if (!secret) return client.join(code);
    this.put("other", otherRoom(code, () => this.put("", null)));
  }

  draw() {
    say(this.says, client.says);
    if (this.name === "other") return;
    const name = client.room?.role ?? (recall().room || client.opening ? "entering" : "outside");
    const had = name !== this.name && hasFocus(this.place);
    if (name !== this.name) this.put(name, PARTS[name]());
    this.part.update(client.room);
    if (had) this.part.heading().focus(); // the button that was pressed is gone
  }

  /** @param {string} name @param {Part | null} part */
  put(name, part) {
    this.name = name;
    this.part = part;
    this.place.replaceChildren(...(part ? [part.element] : []));
    if (!part) this.draw();
  }

  unmount() {
    client.removeEventListener("change", this.update);
  }
}

/** The link did its work; loaded again it must not bring somebody back who left. */
function forgetLink() {
  const address = new URL(location.href);
  address.searchParams.delete("room");
  history.replaceState(history.state, "", address);
}
