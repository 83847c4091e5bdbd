export const PAUSE_AT = 100; // entries in the journal at which reading from WhatsApp stops
export const RESUME_AT = 25;
const PAUSE_BYTES = 8 * 1024 * 1024;
const MAX_PAUSE_MS = 25_000; // WhatsApp drops a client that is silent for longer

/** Stops reading from WhatsApp while the gateway is behind, so that a session's journal stays bounded. */
export class Pressure {
  #session;
  #tooLong;
  #paused = false;
  #timer = null;

  constructor(session, tooLong) {
    this.#session = session;
    this.#tooLong = tooLong;
  }

  /** The journal's depth or the connection changed. */
  changed() {
    const { depth, bytes } = this.#session.journal;
    if (!this.#paused && (depth >= PAUSE_AT || bytes >= PAUSE_BYTES)) {
      this.#paused = true;
      this.#timer = setTimeout(this.#tooLong, MAX_PAUSE_MS);
    } else if (this.#paused && depth <= RESUME_AT && bytes < PAUSE_BYTES / 2) {
      this.#paused = false;
      clearTimeout(this.#timer);
    }
    const raw = this.#session.link?.sock.ws.socket;
    if (raw && raw.readyState === 1 && raw.isPaused !== this.#paused) raw[this.#paused ? 'pause' : 'resume']();
  }

  clear() {
    clearTimeout(this.#timer);
  }
}
