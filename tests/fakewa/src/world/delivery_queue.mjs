// What has to reach one device, in order. A stanza stays until the device settles it by an ack or a receipt, also over reconnects.
import { el } from '../nodes.mjs';
import { seconds } from '../bytes.mjs';

const maxQueued = 100000;
const offlinePatienceMs = 3000;

const countsOf = (entries) => {
  const of = (tag) => String(entries.filter(({ node }) => node.tag === tag).length);
  return { count: String(entries.length), message: of('message'), receipt: of('receipt'), notification: of('notification'), appdata: '0', t: seconds() };
};

export class DeliveryQueue {
  #entries = [];
  #offlineLeft = 0;      // entries at the head that came while the device was away and are not sent yet
  #offlineTotal = 0;
  #batch = 0;
  #timer = null;
  phase = 'away';        // away -> offline (the backlog, in batches) -> live
  held = false;

  constructor(device) { this.device = device; }
  get size() { return this.#entries.length; }
  nodes() { return this.#entries.map(({ node }) => node); }
  get connection() { return this.device.connection; }

  push(node) {
    if (this.#entries.length >= maxQueued) throw new Error(`the queue of ${this.device.name} is full`);
    const entry = { node, sent: false };
    this.#entries.push(entry);
    if (this.phase === 'live') this.#sendLive();
  }
  /** Without a record: typing and presence are worth nothing later. */
  pass(node) { return this.phase === 'live' && !this.held && this.connection.send(node); }

  /** The device says it is active: tell it what waits; it asks for batches. */
  wake(onOffline) {
    this.onOffline = onOffline;
    for (const entry of this.#entries) entry.sent = false;
    this.phase = 'offline';
    this.#offlineLeft = this.#offlineTotal = this.#entries.length;
    this.connection.send(el('ib', {}, [el('offline_preview', countsOf(this.#entries))]));
    if (this.#offlineLeft === 0) return this.#finishOffline();
    this.#arm(() => this.nextBatch(100)); // a client that never asks gets its backlog all the same
    return undefined;
  }
  nextBatch(count) {
    if (this.phase !== 'offline' || this.#offlineLeft === 0) return;
    this.#batch = Math.max(1, Math.min(count, 1000));
    this.#sendBatch();
  }
  #sendBatch() {
    const batch = this.#entries.filter((entry) => !entry.sent).slice(0, Math.min(this.#batch, this.#offlineLeft));
    for (const entry of batch) {
      entry.sent = true;
      this.connection?.send({ ...entry.node, attrs: { ...entry.node.attrs, offline: '0' } });
    }
    this.#offlineLeft -= batch.length;
    if (this.#offlineLeft <= 0) this.#finishOffline();
    else this.#arm(() => this.#sendBatch());
  }
  #finishOffline() {
    clearTimeout(this.#timer);
    this.phase = 'live';
    this.connection?.send(el('ib', {}, [el('offline', { count: String(this.#offlineTotal) })]));
    this.onOffline?.(this.#offlineTotal);
    this.#sendLive();
  }
  /** The next batch goes when the last one is settled, or when the device has not settled it for long. */
  #arm(then) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { if (this.phase === 'offline') then(); }, offlinePatienceMs);
  }
  #sendLive() {
    if (this.held) return;
    for (const entry of this.#entries) {
      if (!entry.sent && this.phase === 'live' && this.connection) entry.sent = this.connection.send(entry.node);
    }
  }
  sleep() {
    clearTimeout(this.#timer);
    this.phase = 'away';
    this.#offlineLeft = 0;
  }
  hold() { this.held = true; }
  flush() {
    this.held = false;
    if (this.phase === 'live') this.#sendLive();
  }

  /** Takes out the first stanza that fits; says whether there was one. */
  settle(fits) {
    const at = this.#entries.findIndex(({ node, sent }) => sent && fits(node));
    if (at < 0) return false;
    this.#entries.splice(at, 1);
    const allSettled = this.phase === 'offline' && this.#offlineLeft > 0 && !this.#entries.some((entry) => entry.sent);
    if (allSettled) this.#sendBatch();
    return true;
  }
  drop() {
    const dropped = this.#entries.length;
    this.#entries = [];
    this.#offlineLeft = 0;
    return dropped;
  }
}
