/**
 * What the closed "More" holds stays in the address when the page changes. Streamlit drops it: only boxes that were
 * drawn count as bound. The run that follows knows the values all the same, so the address is put right after it.
 */

const HELD = ["seed", "sample"];
const DROPPED_WITHIN_MS = 2000;

/** @returns {() => void} to be called now and then, more often than people turn pages */
export function keepSettings() {
  let { pathname } = location;
  let settings = held();
  let turned = -DROPPED_WITHIN_MS;
  const turn = () => {
    ({ pathname } = location);
    turned = performance.now();
  };
  addEventListener("popstate", () => (turn(), (settings = held())), true); // a step in the history says what it wants
  return () => {
    if (location.pathname !== pathname) turn();
    if (performance.now() - turned > DROPPED_WITHIN_MS) settings = held();
    else putBack(settings);
  };
}

/** @returns {[string, string][]} */
function held() {
  return [...new URLSearchParams(location.search)].filter(([name]) => HELD.includes(name));
}

function putBack(settings) {
  const address = new URL(location.href);
  const dropped = settings.filter(([name]) => !address.searchParams.has(name));
  if (!dropped.length) return;
  for (const [name, value] of dropped) address.searchParams.set(name, value);
  history.replaceState(history.state, "", address);
}
