/** "Follow me": the presenter's tab says where it is, the students' tabs go there. */

import { client } from "./client.js";
import { keep, recall } from "./kept.js";
import { go, here, ready, same, watch } from "./place.js";

const STORE = "wsb-class.followed"; // of this tab: what is loaded anew stays where it is until the presenter moves

const REST_MS = 250; // a presenter passing through leads nobody

/** @type {import("./place.js").Place | null} the last place told */
let told = null;
/** @type {import("./place.js").Place | null} where this tab was a moment ago, and since when */
let before = null;
let since = 0;

/** Starts following, once a tab. */
export function follow() {
  const look = () => {
    const { room, joined } = client;
    if (!room?.follow.on) told = null;
    else if (joined && room.role === "presenter") lead(room.follow);
    else if (joined && !recall().off) goAlong(room.follow);
  };
  client.addEventListener("change", look);
  watch(look);
}

/** For presenters. Where they are is told first, or students would go where they were before. @param {boolean} on */
export function leadOn(on) {
  if (on) client.act({ do: "view", ...here(client.base) });
  client.act({ do: "follow", on });
  return true; // something was sent
}

/** For students, who step off and on again. @param {boolean} on */
export function followAgain(on) {
  keep({ off: !on });
  if (on) remember("");
  client.changed();
}

/** Of a presenter's windows the one that is worked in leads, once its address has come to rest. */
function lead(shown) {
  const now = here(client.base);
  if (!before || !same(now, before)) {
    before = now;
    since = performance.now();
  }
  if (performance.now() - since < REST_MS || !document.hasFocus() || (told && same(now, told))) return;
  told = now;
  if (!same(now, shown)) client.act({ do: "view", ...now });
}

function goAlong({ page, query }) {
  const place = `/${page}${query}`;
  if (place === followed() || !ready()) return;
  remember(place);
  if (!same({ page, query }, here(client.base))) go(client.base, { page, query });
}

let memory = "";

function followed() {
  try {
    return sessionStorage.getItem(STORE) ?? memory;
  } catch (denied) {
    return memory;
  }
}

function remember(place) {
  memory = place;
  try {
    sessionStorage.setItem(STORE, place);
  } catch (denied) {
    console.info("Where the presenter was is remembered until this page is loaded anew:", denied.message);
  }
}
