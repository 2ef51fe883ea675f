/** The link that joins a room, its QR code, and whether anybody else can open it. */

import { client } from "./client.js";
import { isOfThisMachine } from "./machine.js";

/** @type {string[] | null} where phones find this server, likeliest first; null: only this machine does */
let reachable = null;
let chosen = "";

/** @param {string[] | null} origins as Python found them */
export function bringReachable(origins) {
  reachable = origins;
}

/** What a presenter may choose among: none where the address of this page serves everybody. @returns {string[]} */
export function ways() {
  return isOfThisMachine() ? (reachable ?? []) : [];
}

/** @param {string} origin one of `ways` */
export function choose(origin) {
  chosen = origin;
}

/** Why phones cannot open the link; empty where they may. */
export function obstacle() {
  if (!isOfThisMachine() || reachable?.length) return "";
  if (reachable) return "This machine is in no network, so no phone can open this link: join the class's, then load this page again.";
  return `Phones cannot open this link: ${location.hostname} leads each of them to itself. End this server, start it with “make class”, and open a room there.`;
}

/** @param {string} code */
export function link(code) {
  const origins = ways();
  const origin = origins.includes(chosen) ? chosen : (origins[0] ?? location.origin);
  return new URL(`${client.base}/class?room=${code}`, origin).href;
}

/** @param {string} address */
export function qr(address) {
  return `${client.base}/home/qr.svg?${new URLSearchParams({ address })}`;
}
