/** What a presenter does, by button or by key. */

import { client } from "./client.js";
import { keep, recall } from "./kept.js";
import { ready } from "./question.js";

/** @param {string} key of a ready question */
export function ask(key) {
  keep({ asked: [...new Set([...(recall().asked ?? []), key])] });
  client.act({ do: "ask", key });
}

export function wasAsked(key) {
  return (recall().asked ?? []).includes(key);
}

/** The ready question that comes next: the first one not yet asked. */
export function nextReady() {
  return ready.find(({ key }) => !wasAsked(key)) ?? null;
}

/** @param {string} [right] the option that is right, for a presenter's own question */
export function tell(right) {
  if (client.room.question.key) client.tell("Torch is computing the truth ...", 0); // it may take seconds
  client.act({ do: "tell", ...(right && { right }) });
}

export function show() {
  client.act({ do: "show" });
}

/** The class's answers, then the truth. */
export function reveal() {
  const { question, stage } = client.room;
  if (!question || stage === "told") return;
  if (stage === "asked") show();
  else tell();
}

/** One stage on: ask, show, tell, ask the next. */
export function advance() {
  const { question, stage } = client.room;
  if (question && stage !== "told") return reveal();
  const next = nextReady();
  if (next) ask(next.key);
}
