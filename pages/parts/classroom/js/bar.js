/** The bar at the foot of every page, while this browser is in a room. It stands beside Streamlit's root. */

import * as acts from "./acts.js";
import { client } from "./client.js";
import { button, hasFocus, make, plural, say, toggle } from "./elements.js";
import { follow, followAgain, leadOn } from "./follow.js";
import { go, here, watch } from "./place.js";
import { stageOf } from "./question.js";

const ID = "wsb-class-bar";

/** Shows the bar, once a tab, and connects. @param {string} base the path that a proxy puts in front */
export async function show(base) {
  client.start(base);
  if (document.getElementById(ID)) return;
  const host = make("aside", { id: ID, ariaLabel: "Class", hidden: true });
  document.body.append(host);
  new ResizeObserver(() => document.documentElement.style.setProperty("--wsb-bar", `${host.offsetHeight}px`)).observe(host);
  follow();
  const answer = await fetch(new URL("bar.css", import.meta.url));
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  const root = host.attachShadow({ mode: "open" });
  root.append(make("style", {}, await answer.text()), ...parts(host));
}

/** Gives the focus to what a presenter does next: to Show answers, or to Tell. */
export function focusActs() {
  document.getElementById(ID)?.shadowRoot?.querySelector(".act:not([aria-disabled=true], [hidden])")?.focus();
}

/** @param {HTMLElement} host @returns {Node[]} */
function parts(host) {
  const code = make("strong");
  const role = make("span", { className: "role" });
  const leads = toggle("Follow me", leadOn);
  const follows = button("", () => followAgain(client.off));
  const way = wayToClass();
  const reveals = revealing(() => (way.hidden ? leads : way).focus());
  const status = make("span", { className: "status", role: "status" });

  const update = () => {
    const { room } = client;
    host.hidden = !room;
    document.documentElement.classList.toggle("wsb-in-class", Boolean(room));
    if (!room) return;
    const presents = room.role === "presenter";
    const away = here(client.base).page !== "class";
    say(code, room.room);
    host.classList.toggle("away", away);
    say(role, presents ? presenting(room) : follower(room));
    leads.hidden = !presents;
    leads.ariaChecked = String(room.follow.on);
    follows.hidden = presents || !room.follow.on;
    say(follows, client.off ? "Follow again" : "Step off");
    way.hidden = !away;
    way.href = `${client.base}/class`;
    way.className = waits(room) ? "way waits" : "way";
    say(way, waits(room) ? "A question waits" : "To the class");
    reveals.update(room, presents);
    const news = client.says || (presents && room.question ? stageOf(room) : "");
    say(status, client.joined ? (away ? news : "") : "No connection, trying again");
  };
  client.addEventListener("change", update);
  watch(update);
  update();
  return [code, role, follows, leads, ...reveals.buttons, way, status];
}

function presenting({ members, question, stage, answered }) {
  const isOpen = question && stage !== "told";
  return `You present · ${isOpen ? `${answered} of ${members} answered` : plural(members, "student")}`;
}

function follower({ follow }) {
  if (!follow.on) return "You are in the class";
  return client.off ? "You are on your own" : "You follow the presenter";
}

function wayToClass() {
  const way = make("a", { className: "way" });
  way.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(client.base, { ...here(client.base), page: "class" });
  };
  return way;
}

/** Show and Tell, each in its place as long as a question runs: a second click on the one never hits the other. */
function revealing(onGone) {
  const buttons = [button("Show answers", () => shows(acts.show), "act"), button("", acts.tell, "act")];
  const [show, tell] = buttons;
  const shows = (act) => show.ariaDisabled !== "true" && act();
  const update = ({ question, stage }, presents) => {
    const over = !presents || !question || stage === "told";
    const had = over && buttons.some(hasFocus);
    buttons.forEach((it) => (it.hidden = over));
    if (had) onGone();
    show.ariaDisabled = String(stage !== "asked");
    show.classList.toggle("next", stage === "asked");
    tell.classList.toggle("next", stage === "shown");
    say(tell, question?.key ? "Tell the truth" : "Close the answers");
  };
  return { buttons, update };
}

/** Whether there is a question this member has not answered. @param {import("./client.js").Room} room */
function waits(room) {
  return room.role === "student" && room.question && room.stage !== "told" && client.mine().given === null;
}
