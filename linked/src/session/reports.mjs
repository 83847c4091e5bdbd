import { proto } from 'baileys';
import { describeBug } from '../protocol/errors.mjs';

const KEPT_TIMEOUT_MS = 10_000;

/** What a session says to the gateway and asks it. Needs `journal`. */
export class Reports {
  #channel;
  #seq = 0;
  state = 'starting';
  reason = 'none';

  constructor(id, channel) {
    this.id = id;
    this.#channel = channel;
  }

  ask(op, fields, blob, timeoutMs) {
    return this.#channel.ask(op, { session: this.id, ...fields }, blob, timeoutMs);
  }

  /** With the number of the frame, which is taken when it is written: what waits in the journal is overtaken by events. */
  numbered(fields) {
    return { seq: ++this.#seq, ...fields };
  }

  /** Stores something durably, in order. Nothing leaves towards WhatsApp before it is stored. */
  record(op, fields, blob = null, how = {}) {
    return this.journal.add(op, fields, blob, how);
  }

  event(name, fields = {}) {
    this.#channel.event(name, { session: this.id, ...this.numbered(fields) });
  }

  fault(where, error) {
    this.event('fault', { where, message: describeBug(error) });
  }

  setState(state, { reason = 'none', nextRetry = null, ...more } = {}) {
    this.state = state;
    this.reason = reason;
    this.event('state', { state, reason, next_retry: nextRetry, ...more });
  }

  /** An earlier message out of the bytes the gateway kept, or undefined. */
  async keptMessage({ chat, chat_alt: other, id }) {
    try {
      const { ok, blob } = await this.ask('message.get', { chat, ...(other ? { chat_alt: other } : {}), message_id: id }, null, KEPT_TIMEOUT_MS);
      return ok.found && blob ? proto.Message.decode(blob) : undefined;
    } catch {
      return undefined;
    }
  }
}
