import { setTimeout as sleep } from 'node:timers/promises';

const WINDOW = 32;
const MAX_WAIT_MS = 10_000;

/** Everything of one session the gateway must store, in order. An entry counts when the gateway has answered it.
    Entries are pipelined; a barrier (a key change) goes out only when all before it are stored, and holds up those after it. */
export class Journal {
  #ask;
  #number;
  #onRefused;
  #onDepth;
  #waiting = [];
  #flying = 0;
  #barrier = false;
  #added = 0;
  #done = new Set();
  #stored = 0; // all entries up to this number are stored
  #watchers = [];
  #refused = null;
  #retryMs;
  bytes = 0;

  /** ask(op, fields, blob) sends one request; number(fields) is called once, right before its first; onRefused(fault) is called once, when the gateway will not store; onDepth(depth) after each change. */
  constructor({ ask, number = fields => fields, onRefused, onDepth = () => {}, retryMs = 200 }) {
    this.#ask = ask;
    this.#number = number;
    this.#onRefused = onRefused;
    this.#onDepth = onDepth;
    this.#retryMs = retryMs;
  }

  get depth() {
    return this.#added - this.#stored;
  }

  /** Queues one entry; the promise settles when it is stored, or when the journal is refused. */
  add(op, fields, blob = null, { barrier = false } = {}) {
    if (this.#refused) return Promise.reject(this.#refused);
    const entry = { op, fields, blob, barrier, number: ++this.#added, size: (blob?.length ?? 0) + 500 };
    this.bytes += entry.size;
    const stored = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
    stored.catch(() => {}); // most callers wait through settled()
    this.#waiting.push(entry);
    this.#pump();
    this.#onDepth(this.depth);
    return stored;
  }

  /** Resolves when everything added so far is stored. */
  settled() {
    if (this.#refused) return Promise.reject(this.#refused);
    if (this.#stored === this.#added) return Promise.resolve();
    return new Promise((resolve, reject) => this.#watchers.push({ upTo: this.#added, resolve, reject }));
  }

  #pump() {
    while (this.#waiting.length && this.#flying < WINDOW && !this.#barrier && !this.#refused) {
      if (this.#waiting[0].barrier) {
        if (this.#flying) return;
        this.#barrier = true;
      }
      this.#flying++;
      this.#send(this.#waiting.shift());
    }
  }

  async #send(entry) {
    const fields = this.#number(entry.fields);
    for (let wait = this.#retryMs; ; wait = Math.min(MAX_WAIT_MS, wait * 2)) {
      try {
        await this.#ask(entry.op, fields, entry.blob);
        break;
      } catch (fault) {
        if (this.#refused) return entry.reject(this.#refused);
        if (!fault.retryable || fault.code === 'not_connected') {
          entry.reject(fault);
          return this.#refuse(fault);
        }
        await sleep(wait);
      }
    }
    this.#flying--;
    if (entry.barrier) this.#barrier = false;
    this.bytes -= entry.size;
    entry.resolve();
    this.#done.add(entry.number);
    while (this.#done.delete(this.#stored + 1)) this.#stored++;
    this.#watchers = this.#watchers.filter(watcher => (watcher.upTo <= this.#stored ? (watcher.resolve(), false) : true));
    this.#onDepth(this.depth);
    this.#pump();
  }

  #refuse(fault) {
    this.#refused = fault;
    for (const watcher of this.#watchers.splice(0)) watcher.reject(fault);
    for (const entry of this.#waiting.splice(0)) entry.reject(fault);
    this.#onRefused(fault);
  }
}
