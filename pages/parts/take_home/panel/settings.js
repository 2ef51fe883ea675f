/**
 * The address as the view writes it, whatever Streamlit does to it.
 *
 * What the closed "More" holds stays there when the page changes. Streamlit drops it: only boxes that were drawn count
 * as bound. The run that follows knows the values all the same, so the address is put right after it.
 * And a whole number has no point: Streamlit writes what is typed as 300.0.
 */

const NUMBERS = ["scale", "sample"];
const HELD = ["seed", "sample"];
const EMBEDDED = ["embed", "embed_options"]; // Streamlit's own
const DROPPED_WITHIN_MS = 2000;
const LOOK_MS = 100; // more often than people turn pages, and than a class's presenter is looked at

let { pathname } = location;
let settings = held();
let turned = -DROPPED_WITHIN_MS;
/** @type {number | undefined} */
let looking;

/** From now on, however often it is called. */
export function keepSettings() {
  if (looking !== undefined) return;
  looking = setInterval(look, LOOK_MS);
  addEventListener("popstate", () => (turn(), (settings = held())), true); // a step in the history says what it wants
  addEventListener("click", stayEmbedded, true);
}

/** In somebody's own page a link of ours leads to a page that is embedded too. @param {MouseEvent} event */
function stayEmbedded({ target }) {
  const link = target instanceof Element && target.closest("a.wsb-link");
  if (!(link instanceof HTMLAnchorElement)) return;
  const address = new URL(link.href);
  for (const name of EMBEDDED) {
    address.searchParams.delete(name);
    new URLSearchParams(location.search).getAll(name).forEach((value) => address.searchParams.append(name, value));
  }
  link.href = address.href;
}

function look() {
  if (location.pathname !== pathname) turn();
  if (performance.now() - turned > DROPPED_WITHIN_MS) settings = held();
  else putBack();
  shorten();
}

function turn() {
  ({ pathname } = location);
  turned = performance.now();
}

/** @returns {[string, string][]} */
function held() {
  return [...new URLSearchParams(location.search)].filter(([name]) => HELD.includes(name));
}

function putBack() {
  const address = new URL(location.href);
  const dropped = settings.filter(([name]) => !address.searchParams.has(name));
  if (!dropped.length) return;
  for (const [name, value] of dropped) address.searchParams.set(name, value);
  history.replaceState(history.state, "", address);
}

function shorten() {
  const address = new URL(location.href);
  const long = NUMBERS.filter((name) => /^\d+\.0$/.test(address.searchParams.get(name) ?? ""));
  if (!long.length) return;
  for (const name of long) address.searchParams.set(name, String(Number(address.searchParams.get(name))));
  history.replaceState(history.state, "", address);
}
