/** What a presenter does, by button or by key. */

import { client } from "./client.js";
import { keep, recall } from "./kept.js";
import { ready } from "./question.js";

/** @param {string} key of a ready question */
export function ask(key) {
  keep({ asked: [...new Set([...(recall().asked ?? []), key])] });
  client.act({ do: "ask", key });
}

/** @param {{asked: string, options?: string[], kind?: string}} question of the presenter's own */
export function askOwn(question) {
  client.act({ do: "ask", ...question });
}

export function wasAsked(key) {
  return (recall().asked ?? []).includes(key);
}

/** The ready question that comes next: the first one not yet asked. */
export function nextReady() {
  return ready.find(({ key }) => !wasAsked(key)) ?? null;
}

export function show() {
  client.act({ do: "show" });
}

let chosen = { number: 0, option: "" };

/** @param {string} option that is right, of the running question: the presenter's own */
export function chooseRight(option) {
  chosen = { number: client.room.number, option };
}

export function tell() {
  const { number, question } = client.room;
  if (question.key) client.tell("Torch is computing the truth ...", 0); // it may take seconds
  client.act({ do: "tell", ...(chosen.number === number && chosen.option && { right: chosen.option }) });
}

/** The class's answers, then the truth. @returns {boolean} whether there was one of them to reveal */
export function reveal() {
  const { question, stage } = client.room;
  if (!question || stage === "told") return false;
  if (stage === "asked") show();
  else tell();
  return true;
}

/** One stage on: ask, show, tell, ask the next. @returns {boolean} whether there was one */
export function advance() {
  const { question, stage } = client.room;
  if (question && stage !== "told") return reveal();
  const next = nextReady();
  if (next) ask(next.key);
  return next !== null;
}

const MOST_WAITING = 4;

/** @type {(() => boolean)[]} */
let waiting = [];
/** Where the room stood when the last one was sent, until something else is heard of it. */
let sentAt = "";

const stand = ({ room, number, stage, follow }) => [room, number, stage, follow.on].join();

/**
 * For keys. What one does waits until the room has heard of the one before: R pressed twice shows, then tells.
 *
 * @param {() => boolean} act says whether it sent something
 */
export function inTurn(act) {
  if (!client.joined) return act();
  if (waiting.length < MOST_WAITING) waiting.push(act);
  takeTurns();
}

function takeTurns() {
  if (!client.room) return forgetTurns();
  if (sentAt !== stand(client.room)) sentAt = "";
  while (waiting.length && !sentAt) if (waiting.shift()()) sentAt = stand(client.room);
}

function forgetTurns() {
  waiting = [];
  sentAt = "";
}

client.addEventListener("change", takeTurns);
client.addEventListener("undone", forgetTurns);
