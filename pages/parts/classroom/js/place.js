/** Where this tab is, and going elsewhere without loading the app anew. */

const VIEW = ["scale", "dtype", "weights", "seed", "sample"]; // what a View holds; a page's own parameters are not followed
const LOOK_MS = 125;
const PHONE_PX = 768; // where Streamlit lays its menu over the page

/** @typedef {{page: string, query: string}} Place */

/** @param {string} base @returns {Place} the page, and the view's part of the query */
export function here(base) {
  return { page: location.pathname.slice(base.length).replaceAll("/", ""), query: viewOf(location.search) };
}

/** @param {Place} place */
export function same(place, other) {
  return place.page === other.page && viewOf(place.query) === viewOf(other.query);
}

/**
 * Streamlit answers to a step in the history with one run of that page, its controls set from the address.
 *
 * @param {string} base
 * @param {Place} place
 */
export function go(base, { page, query }) {
  const asked = new URLSearchParams(viewOf(query));
  const now = new URLSearchParams(location.search);
  for (const name of ["embed", "embed_options"]) now.getAll(name).forEach((value) => asked.append(name, value));
  if (page !== here(base).page) atItsTop();
  history.pushState(null, "", `${base}/${page}${asked.size ? `?${asked}` : ""}`);
  dispatchEvent(new PopStateEvent("popstate"));
}

/** As a page looks that was just opened: from its start, and on a phone without the menu over it. */
function atItsTop() {
  document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  if (innerWidth < PHONE_PX) document.querySelector("[data-testid=stSidebar][data-collapsed=false] [data-testid=stSidebarCollapseButton] button")?.click();
}

/** Whether Streamlit has its own connection, without which it does not answer to steps in the history. */
export function ready() {
  return document.querySelector("[data-testid=stApp]")?.getAttribute("data-test-connection-state") === "CONNECTED";
}

/** Calls back soon and again, so that whoever listens sees where the tab has come to. @param {() => void} callback */
export function watch(callback) {
  return setInterval(callback, LOOK_MS);
}

/** @param {string} query @returns {string} in one order, so that it can be compared */
function viewOf(query) {
  const given = new URLSearchParams(query);
  const view = new URLSearchParams(VIEW.flatMap((name) => (given.has(name) ? [[name, given.get(name)]] : [])));
  return view.size ? `?${view}` : "";
}
