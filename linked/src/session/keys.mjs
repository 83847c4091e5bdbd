import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { packCreds, packValue, unpackCreds, unpackValue } from './values.mjs';

const CACHE_BYTES = 256 * 1024;
const IDLE_FLUSH_MS = 500;
const MAX_BATCH = 4 * 1024 * 1024;
const MAX_ENTRIES = 2500;
const READ_TIMEOUT_MS = 30_000;
const READ_ATTEMPTS = 5;
const ASK_IDS = 1000;
const name = (type, id) => `${type} ${id}`;

/** One session's keys: the gateway's store behind a small cache. A write is seen by reads at once and reaches the gateway with the next flush;
    whoever lets something leave that depends on a write awaits flush() first. Values are kept as bytes, so nobody shares an object. */
export class KeyStore {
  #ask;
  #journal;
  #onFailure;
  #dirty = new Map(); // name -> { type, id, bytes | null }
  #flushing = []; // batches handed to the journal and not yet stored
  #cache = new LRUCache({ maxSize: CACHE_BYTES, sizeCalculation: bytes => bytes.length + 64 });
  #holds = 0;
  #storing = false;
  #delayed = null;
  #last = Promise.resolve();
  #timer = null;
  #locks = new Map();
  #context = new AsyncLocalStorage();

  /** ask(op, fields, blob, timeoutMs); onFailure(fault) when a key cannot be read: going on without it would corrupt sessions. */
  constructor({ ask, journal, onFailure }) {
    this.#ask = ask;
    this.#journal = journal;
    this.#onFailure = onFailure;
    for (const method of ['get', 'set', 'transaction', 'isInTransaction']) this[method] = this[method].bind(this); // the library takes them out
  }

  async get(type, ids) {
    const found = {};
    const missing = [];
    for (const id of ids) {
      const bytes = this.#known(type, id);
      if (bytes === undefined) missing.push(id);
      else if (bytes) found[id] = unpackValue(type, bytes);
    }
    for (let at = 0; at < missing.length; at += ASK_IDS) await this.#fetch(type, missing.slice(at, at + ASK_IDS), found);
    return found;
  }

  async set(data) {
    for (const [type, entries] of Object.entries(data)) {
      for (const [id, value] of Object.entries(entries ?? {})) {
        this.#put(type, id, value === null || value === undefined ? null : packValue(value));
      }
    }
  }

  /** The credentials, or null when there are none. */
  async credentials() {
    const { ok, blob } = await this.#ask('keys.get', { type: 'creds', ids: ['main'] }, null, READ_TIMEOUT_MS);
    return ok.entries?.length && blob ? unpackCreds(blob) : null;
  }

  saveCredentials(creds) {
    this.#put('creds', 'main', packCreds(creds));
  }

  /** Hands every write so far to the journal; resolves when they are stored. Waits while a message is being decrypted, because the message
      has to be in the journal before the key change it causes, and while another batch is under way, so that a burst becomes few batches. */
  flush() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#dirty.size) return this.#last;
    if (!this.#holds && !this.#storing) return this.#handOver();
    this.#delayed ??= withResolvers();
    return this.#delayed.promise;
  }

  hold() {
    this.#holds++;
  }

  release() {
    this.#holds--;
    this.#resume();
  }

  #resume() {
    if (this.#holds || this.#storing || !this.#delayed) return;
    const { resolve } = this.#delayed;
    this.#delayed = null;
    resolve(this.#handOver());
  }

  /** Forgets everything in memory, written or not. */
  clear() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#dirty.clear();
    this.#cache.clear();
  }

  /** The library's transactions, reduced to mutual exclusion: writes take effect at once and are never rolled back, because
      a message that used them may have left already. Inside one, another does not lock. */
  async transaction(work, key) {
    if (this.#context.getStore()) return work();
    const before = this.#locks.get(key) ?? Promise.resolve();
    const run = before.then(() => this.#context.run(true, work));
    const after = run.then(() => {}, () => {});
    this.#locks.set(key, after);
    after.then(() => this.#locks.get(key) === after && this.#locks.delete(key));
    return run;
  }

  isInTransaction() {
    return Boolean(this.#context.getStore());
  }

  #put(type, id, bytes) {
    const key = name(type, id);
    this.#cache.delete(key);
    this.#dirty.set(key, { type, id, bytes });
    this.#timer ??= setTimeout(() => this.flush().catch(() => {}), IDLE_FLUSH_MS).unref();
  }

  #known(type, id) {
    const key = name(type, id);
    if (this.#dirty.has(key)) return this.#dirty.get(key).bytes;
    for (let at = this.#flushing.length - 1; at >= 0; at--) {
      if (this.#flushing[at].has(key)) return this.#flushing[at].get(key).bytes;
    }
    return this.#cache.get(key);
  }

  async #fetch(type, ids, found) {
    const answer = await this.#read(type, ids);
    let offset = 0;
    for (const { id, size } of answer.ok.entries ?? []) {
      const bytes = Buffer.from(answer.blob.subarray(offset, (offset += size)));
      const newer = this.#known(type, id); // written while we asked
      if (newer === undefined && type !== 'pre-key') this.#cache.set(name(type, id), bytes);
      const current = newer === undefined ? bytes : newer;
      if (current) found[id] = unpackValue(type, current);
    }
    if (answer.ok.more && answer.ok.entries?.length) {
      const got = new Set(answer.ok.entries.map(entry => entry.id));
      await this.#fetch(type, ids.filter(id => !got.has(id)), found);
    }
  }

  async #read(type, ids) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#ask('keys.get', { type, ids }, null, READ_TIMEOUT_MS);
      } catch (fault) {
        if (!fault.retryable || fault.code === 'not_connected' || attempt === READ_ATTEMPTS) {
          this.#onFailure(fault);
          throw fault;
        }
        await sleep(100 * 2 ** attempt);
      }
    }
  }

  #handOver() {
    const batch = this.#dirty;
    this.#dirty = new Map();
    this.#storing = true;
    this.#flushing.push(batch);
    const parts = [];
    let part = { entries: [], blobs: [], size: 0 };
    for (const { type, id, bytes } of batch.values()) {
      if (part.size + (bytes?.length ?? 0) > MAX_BATCH || part.entries.length >= MAX_ENTRIES) {
        parts.push(part);
        part = { entries: [], blobs: [], size: 0 };
      }
      part.entries.push(bytes ? { type, id, size: bytes.length } : { type, id, deleted: true });
      if (bytes) part.blobs.push(bytes);
      part.size += bytes?.length ?? 0;
    }
    parts.push(part);
    const stored = Promise.all(parts.map(({ entries, blobs }) => this.#journal.add('keys.set', { entries }, Buffer.concat(blobs), { barrier: true })));
    this.#last = stored.finally(() => { this.#storing = false; }).then(() => {
      this.#flushing.splice(this.#flushing.indexOf(batch), 1);
      for (const [key, { type, bytes }] of batch) if (bytes && type !== 'pre-key' && this.#knownByKey(key) === undefined) this.#cache.set(key, bytes);
    });
    this.#last.catch(() => {}).then(() => this.#resume());
    return this.#last;
  }

  #knownByKey(key) {
    if (this.#dirty.has(key)) return this.#dirty.get(key).bytes;
    for (const batch of this.#flushing) if (batch.has(key)) return batch.get(key).bytes;
    return undefined;
  }
}

function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}
