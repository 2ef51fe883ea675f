/** A scale handed to the server, until it answers. What is handed over while the connection is down gets lost: so again. */

const AGAIN_MS = 3000;
const TRIES = 40; // two minutes: longer than a restart takes

export class Release {
  /**
   * @param {(scale: number, stamp: number) => void} send
   * @param {() => void} onSilence called each time no answer came and the scale is sent again
   */
  constructor(send, onSilence) {
    this.send = send;
    this.onSilence = onSilence;
    /** @type {number | null} the stamp of what was sent and waits for its answer */
    this.waiting = null;
    this.timer = 0;
  }

  /** @param {number} scale */
  offer(scale, tries = TRIES) {
    this.stop();
    this.waiting = Date.now();
    this.send(scale, this.waiting);
    this.timer = window.setTimeout(() => {
      if (tries <= 1) return this.stop();
      this.onSilence();
      this.offer(scale, tries - 1);
    }, AGAIN_MS);
  }

  /**
   * Whether what the server says may be shown: not while it has yet to hear the last release.
   *
   * @param {number | null} heard the stamp of the last one it heard
   */
  accepts(heard) {
    if (this.waiting !== null && this.waiting !== heard) return false;
    this.stop();
    return true;
  }

  stop() {
    clearTimeout(this.timer);
    this.waiting = null;
  }
}
