/** A websocket that comes back: after a loss it tries again, ever more slowly, and notices a line that went dead. */

const FIRST_WAIT_MS = 300; // before the first try, doubled up to
const LONGEST_WAIT_MS = 2000;
const PING_MS = 20_000;
const ENDED = 1008; // the code of a socket closed by the server's rules
const SILENCE_MS = 10_000; // without an answer: the line is dead, though nobody said so

/** @typedef {{onOpen: () => void, onMessage: (message: any) => void, onLost: () => void, onEnded: () => void}} Listener */

export class Line {
  /** @param {Listener} listener */
  constructor(listener) {
    this.listener = listener;
    this.path = "";
    /** @type {WebSocket | null} */
    this.socket = null;
    this.tries = 0; // since it last worked
    this.again = this.silence = 0;
    setInterval(() => this.ask({ do: "ping" }), PING_MS);
    this.ended = false;
    for (const back of ["online", "focus"]) addEventListener(back, () => (this.again || this.ended) && this.connect());
  }

  /** Whether it is wanted: there, or being tried. */
  get up() {
    return this.socket !== null || this.again !== 0;
  }

  connect() {
    this.close();
    const socket = new WebSocket(new URL(this.path, location.origin.replace(/^http/, "ws")));
    this.socket = socket;
    this.expectWord();
    socket.onopen = () => this.socket === socket && this.listener.onOpen();
    socket.onclose = ({ code }) => this.socket === socket && (code === ENDED ? this.end() : this.lost());
    socket.onmessage = ({ data }) => {
      if (this.socket !== socket) return;
      clearTimeout(this.silence);
      this.silence = 0;
      this.listener.onMessage(JSON.parse(data));
    };
  }

  /** What is sent while there is no connection is dropped: who listens knows what to say again. */
  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Sends what the server answers in any case. */
  ask(message) {
    this.send(message);
    if (this.socket) this.expectWord();
  }

  works() {
    this.tries = 0;
  }

  close() {
    clearTimeout(this.again);
    clearTimeout(this.silence);
    this.again = this.silence = 0;
    this.ended = false;
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }

  /** Not tried again at once: what was refused would be refused again. */
  end() {
    this.close();
    this.ended = true;
    this.listener.onEnded();
  }

  lost() {
    this.close();
    this.again = window.setTimeout(() => this.connect(), wait(this.tries));
    this.tries += 1;
    this.listener.onLost();
  }

  expectWord() {
    this.silence ||= window.setTimeout(() => this.lost(), SILENCE_MS);
  }
}

/** Before a try, in milliseconds: not all of a class at once. @param {number} tries before it */
export function wait(tries) {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries) * (0.5 + Math.random());
}
