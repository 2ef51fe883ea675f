/** The link that joins a room, and its QR code. */

import { client } from "./client.js";

/** @param {string} code */
export function link(code) {
  return new URL(`${client.base}/class?room=${code}`, location.origin).href;
}

/** @param {string} address */
export function qr(address) {
  return `${client.base}/home/qr.svg?${new URLSearchParams({ address })}`;
}
