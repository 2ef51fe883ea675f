/** What a browser keeps of its class, shared by its tabs. */

const STORE = "wsb-class";

/**
 * @typedef {object} Kept
 * @property {string} member names this browser among the members, and nobody else knows it
 * @property {string} [room] the code of the room it is in
 * @property {string} [secret] of who presents in that room
 * @property {Answer} [waiting] given, and not yet counted
 * @property {Answer} [counted] the last one that was
 * @property {string[]} [asked] keys of the ready questions asked in this room
 * @property {boolean} [off] stepped off the presenter's view
 *
 * @typedef {{room: string, number: number, given: string | number}} Answer
 */

/** @type {Kept | null} where storage is denied, in a foreign frame for one: this tab's own memory */
let memory = null;

/** @returns {Kept} */
export function recall() {
  if (memory) return memory;
  try {
    const kept = JSON.parse(localStorage.getItem(STORE) ?? "{}");
    if (/^[0-9a-f]{32}$/.test(kept.member)) return kept;
  } catch (unusable) {
    console.info("The class is remembered by this tab alone:", unusable.message);
  }
  return keep({ member: token() }, {});
}

/** @param {Partial<Kept>} changes undefined forgets @returns {Kept} */
export function keep(changes, before = recall()) {
  const kept = /** @type {Kept} */ ({ ...before, ...changes });
  try {
    localStorage.setItem(STORE, JSON.stringify(kept));
  } catch (denied) {
    memory = kept;
  }
  return kept;
}

/** Calls back when another tab of this browser changed what is kept. @param {() => void} callback */
export function onChangeElsewhere(callback) {
  addEventListener("storage", ({ key }) => {
    if (key === STORE) callback();
  });
}

function token() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
