/** The bar at the foot of every page, while this browser is in a room. It stands beside Streamlit's root. */

import { client } from "./client.js";
import { button, make, plural, say, toggle } from "./elements.js";
import { follow, followAgain, leadOn } from "./follow.js";
import { go, here, watch } from "./place.js";

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

/** @param {HTMLElement} host @returns {Node[]} */
function parts(host) {
  const code = make("strong");
  const role = make("span", { className: "role" });
  const leads = toggle("Follow me", leadOn);
  const follows = button("", () => followAgain(follows.dataset.off === "true"));
  const way = make("a", { className: "way" });
  way.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(client.base, { ...here(client.base), page: "class" });
  };
  const status = make("span", { className: "status", role: "status" });

  const update = () => {
    const { room } = client;
    host.hidden = !room;
    document.documentElement.classList.toggle("wsb-in-class", Boolean(room));
    if (!room) return;
    const presents = room.role === "presenter";
    const away = here(client.base).page !== "class";
    say(code, room.room);
    say(role, presents ? `You present · ${plural(room.members, "member")}` : "Class");
    leads.hidden = !presents;
    leads.ariaChecked = String(room.follow.on);
    follows.hidden = presents || !room.follow.on;
    follows.dataset.off = String(client.off);
    say(follows, client.off ? "Follow again" : "Step off");
    way.hidden = !away;
    way.href = `${client.base}/class`;
    way.className = waits(room) ? "way waits" : "way";
    say(way, waits(room) ? "A question waits" : "To the class");
    say(status, client.joined ? (away ? client.says : "") : "No connection, trying again");
  };
  client.addEventListener("change", update);
  watch(update);
  update();
  return [code, role, leads, follows, way, status];
}

/** Whether there is a question this member has not answered. @param {import("./client.js").Room} room */
function waits(room) {
  return room.role === "student" && room.question && room.stage !== "told" && client.mine().given === null;
}
