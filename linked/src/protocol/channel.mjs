import { BadFrame, FrameReader, encodeFrame } from './framing.mjs';
import { Fault } from './errors.mjs';

const MAX_OPEN = 1024;
const MAX_UNSENT = 64 * 1024 * 1024; // beyond this events are dropped; requests are bounded by the sessions' journals

/** One connection speaking the protocol: requests with replies both ways, and events. `handle(frame, blob)` answers the peer's requests with
    { ok, blob } or throws a Fault. `closed(reason)` is called once. */
export class Channel {
  #socket;
  #handle;
  #closed;
  #reader = new FrameReader();
  #nextId = 1;
  #open = new Map();
  #answering = new Set();
  #dead = false;

  constructor(socket, { handle, closed }) {
    this.#socket = socket;
    this.#handle = handle;
    this.#closed = closed;
    socket.on('data', chunk => this.#read(chunk));
    socket.on('error', error => this.#end(error.code ?? 'error'));
    socket.on('close', () => this.#end('closed'));
  }

  get unanswered() {
    return this.#open.size;
  }

  /** Asks the peer. Gives { ok, blob }; rejects with its Fault, `busy`, `timeout`, or `not_connected` when the connection ends. */
  ask(op, fields = {}, blob = null, timeoutMs = 0) {
    if (this.#dead) return Promise.reject(new Fault('not_connected', 'the connection is closed'));
    if (this.#open.size >= MAX_OPEN) return Promise.reject(new Fault('busy', 'too many open requests'));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = timeoutMs ? setTimeout(() => this.#settle(id, null, new Fault('timeout', `no answer to ${op}`)), timeoutMs) : null;
      this.#open.set(id, { resolve, reject, timer });
      try {
        this.#write({ id, op, ...fields }, blob);
      } catch (error) {
        this.#settle(id, null, error instanceof BadFrame ? new Fault('too_large', error.message) : error);
      }
    });
  }

  event(name, fields = {}) {
    if (this.#dead || this.#socket.writableLength > MAX_UNSENT) return;
    this.#write({ event: name, ...fields });
  }

  end() {
    this.#socket.end();
  }

  #write(frame, blob) {
    for (const part of encodeFrame(frame, blob)) this.#socket.write(part);
  }

  #read(chunk) {
    if (this.#dead) return;
    try {
      for (const { frame, blob } of this.#reader.push(chunk)) this.#dispatch(frame, blob);
    } catch (error) {
      if (!(error instanceof BadFrame)) throw error;
      this.event('bad_frame', { message: error.message });
      this.#socket.end();
      this.#end(`bad frame: ${error.message}`);
    }
  }

  #dispatch(frame, blob) {
    if ('reply' in frame) {
      if (frame.ok && typeof frame.ok === 'object') this.#settle(frame.reply, { ok: frame.ok, blob });
      else this.#settle(frame.reply, null, Fault.from(frame.error));
    } else if (typeof frame.op === 'string') {
      if (!Number.isSafeInteger(frame.id) || frame.id < 1) throw new BadFrame('id is no positive integer');
      if (this.#answering.has(frame.id)) throw new BadFrame('id is in use');
      if (this.#answering.size >= MAX_OPEN) throw new BadFrame('too many open requests');
      this.#answering.add(frame.id);
      this.#answer(frame, blob);
    }
  }

  async #answer(frame, blob) {
    let reply;
    let bytes = null;
    try {
      const out = await this.#handle(frame, blob);
      reply = { reply: frame.id, ok: out?.ok ?? {} };
      bytes = out?.blob ?? null;
    } catch (error) {
      reply = { reply: frame.id, error: error instanceof Fault ? error : new Fault('internal', `${frame.op} failed`) };
    }
    this.#answering.delete(frame.id);
    if (this.#dead) return;
    try {
      this.#write(reply, bytes);
    } catch {
      this.#write({ reply: frame.id, error: new Fault('too_large', 'the answer is too large') });
    }
  }

  #settle(id, value, error) {
    const waiting = this.#open.get(id);
    if (!waiting) return;
    this.#open.delete(id);
    clearTimeout(waiting.timer);
    if (error) waiting.reject(error);
    else waiting.resolve(value);
  }

  #end(reason) {
    if (this.#dead) return;
    this.#dead = true;
    for (const id of [...this.#open.keys()]) this.#settle(id, null, new Fault('not_connected', 'the connection is closed'));
    this.#closed(reason);
  }
}
