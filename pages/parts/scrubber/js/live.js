/** Torch itself while the hand moves: one question at a time over a websocket, and always the latest. */

const AGAIN_MS = 3000; // before a lost connection is tried again
const PAUSE = 4; // times what an answer took, before the next question: on a laptop torch and the drawing share the cores

/**
 * @typedef {object} Answer
 * @property {number} scale
 * @property {Float64Array} losses one per headline formula
 * @property {number} tookMs from question to answer
 */

export class Live {
  /** @param {(answer: Answer) => void} onAnswer */
  constructor(onAnswer) {
    this.onAnswer = onAnswer;
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {string | null} the question that waits until the last one is answered */
    this.next = null;
    this.asked = 0; // when the question under way was sent, 0 if there is none
    this.lost = -AGAIN_MS;
    this.pausing = 0;
  }

  /**
   * @param {string} path of the websocket on this server
   * @param {string} question the query string of a view
   */
  ask(path, question) {
    this.next = question;
    if (this.socket) return this.send();
    if (performance.now() - this.lost < AGAIN_MS) return;
    const socket = new WebSocket(new URL(path, location.origin.replace(/^http/, "ws")));
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.send();
    socket.onmessage = ({ data }) => this.answered(new Float64Array(data));
    socket.onclose = () => {
      if (this.socket === socket) this.stop();
      this.lost = performance.now();
    };
  }

  send() {
    if (this.socket?.readyState !== WebSocket.OPEN || this.asked || this.pausing || this.next === null) return;
    this.asked = performance.now();
    this.socket.send(this.next);
    this.next = null;
  }

  /** @param {Float64Array} numbers */
  answered(numbers) {
    const tookMs = performance.now() - this.asked;
    this.asked = 0;
    this.onAnswer({ scale: numbers[0], losses: numbers.subarray(1), tookMs });
    this.pausing = window.setTimeout(() => {
      this.pausing = 0;
      this.send();
    }, PAUSE * tookMs);
  }

  stop() {
    const { socket } = this;
    clearTimeout(this.pausing);
    this.socket = null;
    this.asked = this.pausing = 0;
    this.next = null;
    socket?.close();
  }
}
