import { Fault } from '../protocol/errors.mjs';

const MAX_PENDING = 64;
const MAX_UNCERTAIN = 1000;

/** What a server's error number in an acknowledgement means. */
export function refusalReason(code) {
  if (code === 463) return 'restricted';
  if (code === 479) return 'bad_addressing';
  if (code === 401 || code === 403) return 'not_allowed';
  if (code === 406) return 'not_acceptable';
  if (code === 429) return 'rate';
  return 'other';
}

/** The messages of one session between "about to be written" and their outcome. Nothing is ever sent again from here,
    but for the one case in which WhatsApp refused it for our stale list of devices. */
export class Sends {
  #pending = new Map();
  #uncertain = new Set();
  #record;
  #timeoutMs;

  /** record(fields) stores one `ack`; resolves when stored. */
  constructor({ record, timeoutMs }) {
    this.#record = record;
    this.#timeoutMs = timeoutMs;
  }

  get size() {
    return this.#pending.size;
  }

  /** Runs relay() (which ends in the stanza being written) and gives the outcome. again() repeats it with fresh device lists. */
  async run({ id, chat, relay, again }) {
    if (this.#pending.has(id)) throw new Fault('conflict', 'this message_id is being sent');
    if (this.#pending.size >= MAX_PENDING) throw new Fault('busy', 'too many messages are being sent');
    const send = { id, chat, again, written: false, timer: null };
    const outcome = new Promise((resolve, reject) => Object.assign(send, { resolve, reject }));
    outcome.catch(() => {});
    this.#pending.set(id, send);
    this.#uncertain.delete(id);
    relay().catch(error => {
      if (!send.written) this.#finish(send, () => send.reject(notSent(error)));
    });
    return outcome;
  }

  /** Right before the stanza is written: from here on only WhatsApp knows. */
  writing(id) {
    const send = this.#pending.get(id);
    if (!send || send.written) return;
    send.written = true;
    send.timer = setTimeout(() => this.#doubt(send), this.#timeoutMs);
  }

  /** The server's acknowledgement of a message: its attributes. */
  async acknowledged(attrs) {
    const send = this.#pending.get(attrs.id);
    if (!send && !this.#uncertain.delete(attrs.id)) return; // a repetition for somebody who asked again
    const code = Number(attrs.error) || 0;
    if (code === 479 && send?.again) {
      const { again } = send;
      send.again = null;
      try {
        await again();
        return;
      } catch { /* then it stays refused */ }
    }
    const at = Number(attrs.t) > 0 ? Number(attrs.t) * 1000 : Date.now();
    const chat = send?.chat ?? attrs.from;
    const refusal = code ? { wa_code: code, reason: refusalReason(code) } : {};
    try {
      await this.#record({ chat, message_id: attrs.id, outcome: code ? 'refused' : 'accepted', ...refusal, at });
    } catch {
      if (send) this.#doubt(send);
      return;
    }
    if (!send) return;
    if (code) this.#finish(send, () => send.reject(new Fault('refused', `WhatsApp refused the message (${code})`, refusal)));
    else this.#finish(send, () => send.resolve({ outcome: 'accepted', message_id: send.id, at }));
  }

  /** The connection is gone. */
  disconnected(state) {
    for (const send of [...this.#pending.values()]) {
      if (send.written) this.#doubt(send);
      else this.#finish(send, () => send.reject(new Fault('not_connected', 'the connection broke before it was sent', { state })));
    }
  }

  #doubt(send) {
    if (!this.#pending.has(send.id)) return;
    this.#uncertain.add(send.id);
    if (this.#uncertain.size > MAX_UNCERTAIN) this.#uncertain.delete(this.#uncertain.values().next().value);
    this.#finish(send, () => send.resolve({ outcome: 'uncertain', message_id: send.id }));
  }

  #finish(send, settle) {
    clearTimeout(send.timer);
    if (this.#pending.get(send.id) === send) this.#pending.delete(send.id);
    settle();
  }
}

function notSent(error) {
  if (error instanceof Fault) return error;
  const code = Number(error?.output?.statusCode ?? error?.data) || 0;
  if (/Connection Closed/.test(error?.message ?? '') || code === 428) return new Fault('not_connected', 'the connection broke before it was sent');
  return queryFault(error);
}

/** A failed question to WhatsApp as a Fault. */
export function queryFault(error) {
  if (error instanceof Fault) return error;
  const code = Number(error?.data) || Number(error?.data?.attrs?.code) || Number(error?.output?.statusCode) || 0;
  if (code === 428 || /Connection Closed|Terminated/.test(error?.message ?? '')) return new Fault('not_connected', 'the connection broke');
  if (code === 408) return new Fault('timeout', 'WhatsApp did not answer');
  if (code === 404) return new Fault('not_found', 'WhatsApp does not know it');
  if (code >= 400 && code < 500) return new Fault('refused', `WhatsApp refused it (${code})`, { wa_code: code, reason: refusalReason(code) });
  return new Fault('internal', 'the request failed inside the transport');
}
