import { setMaxListeners } from 'node:events';
import { LRUCache } from 'lru-cache';
import { initAuthCreds } from 'baileys';
import { Fault } from '../protocol/errors.mjs';
import { plain } from '../messages/addresses.mjs';
import { Gate } from './gate.mjs';
import { Inbox } from './inbox.mjs';
import { Journal } from './journal.mjs';
import { KeyStore } from './keys.mjs';
import { closeLink, mediaAgent, openLink, useRootKey } from './link.mjs';
import { tellNotice } from './notices.mjs';
import { Pairing } from './pairing.mjs';
import { HEALTHY_MS, backoffMs, judge } from './policy.mjs';
import { Pressure, RESUME_AT } from './pressure.mjs';
import { Reports } from './reports.mjs';
import { Sends } from './sends.mjs';
import { Timers } from './timers.mjs';

const MAX_RESTARTS = 3; // in a row
const OPENING_MS = 60_000;
const SYNC_MS = 30_000;
const GROUP_TTL_MS = 300_000;

/** One linked device: its state, its connection (the link), and everything that must reach the gateway. */
export class Session extends Reports {
  #links = 0; // counts connections, so that late events of an old one are told apart
  #failures = 0;
  #restarts = 0;
  #timers = new Timers((where, error) => this.fault(where, error));
  #pressure = new Pressure(this, () => this.#giveUp('store_slow'));
  #stop = new AbortController();
  link = null;
  creds = null;
  lastFrameAt = 0;

  constructor({ id, settings, channel, sharedDir }) {
    super(id, channel);
    Object.assign(this, { settings, sharedDir });
    this.agent = mediaAgent(settings);
    this.groupCache = new LRUCache({ max: 200, ttl: GROUP_TTL_MS });
    this.journal = new Journal({ ask: (...args) => this.ask(...args), number: fields => this.numbered(fields), onRefused: fault => this.#storeRefused(fault), onDepth: () => this.#pressure.changed() });
    setMaxListeners(0, this.#stop.signal);
    this.keys = this.#newKeys();
    this.sends = new Sends({ record: fields => this.record('ack', fields), timeoutMs: settings.ackTimeoutMs });
    this.inbox = new Inbox(this);
    this.pairing = new Pairing(this);
  }

  async pnOf(lid) {
    try {
      return plain(await this.link?.sock.signalRepository.lidMapping.getPNForLID(lid));
    } catch {
      return undefined;
    }
  }

  /** Resolves when the journal has room for what can wait. */
  async room() {
    if (this.journal.depth >= RESUME_AT) await this.journal.settled();
  }

  // Life cycle

  /** Throws when these settings cannot be served beside those of the other sessions. */
  prepare() {
    useRootKey(this.settings.rootKey);
  }

  async start(delayMs = 0) {
    this.setState('starting', delayMs ? { nextRetry: Date.now() + delayMs } : {});
    if (delayMs) this.#timers.set('connect', delayMs, () => this.#load());
    else await this.#load();
  }

  /** Aborts when the session begins to stop. */
  get stopSignal() {
    return this.#stop.signal;
  }

  get #stopping() {
    return this.#stop.signal.aborted;
  }

  async stop() {
    this.state = 'stopped';
    this.#stop.abort();
    this.pairing.cancel();
    this.#timers.clear();
    await this.#dropLink('stopped');
    await this.keys.flush().catch(() => {});
    await this.journal.settled().catch(() => {});
    this.keys.clear();
    this.#pressure.clear();
    this.agent.destroy();
    this.setState('stopped', { reason: 'requested' });
  }

  async #load() {
    try {
      this.creds = await this.keys.credentials();
    } catch (fault) {
      if (this.#stopping) return;
      const wait = backoffMs(this.#failures++);
      this.setState('disconnected', { reason: 'store_refused', nextRetry: Date.now() + wait, message: 'the keys cannot be read' });
      return this.#timers.set('connect', wait, () => this.#load());
    }
    if (this.#stopping) return;
    if (this.creds) this.connect();
    else this.setState('unpaired');
  }

  get paired() {
    return Boolean(this.creds?.account);
  }

  /** Opens a connection with the current credentials; unpaired ones (pairing) are new each time and never stored. */
  connect({ byCode = false } = {}) {
    const number = ++this.#links;
    const current = () => this.#links === number && this.link;
    this.creds ??= initAuthCreds();
    const { creds, keys } = this;
    const gate = new Gate({
      settled: () => Promise.all([this.journal.settled(), keys.flush()]),
      onMessage: id => this.sends.writing(id),
      receive: (node, info, decrypt) => this.inbox.receive(node, info, decrypt, { creds, keys }),
    });
    const sock = openLink({
      settings: this.settings, creds, keys, gate, byCode, groupCache: this.groupCache,
      tap: (event, data) => current() && this.#timers.guard(event, () => this.#tapped(event, data)),
      onStanza: (name, node) => current() && this.#timers.guard(name, () => this.#stanza(name, node)),
      onBug: error => current() && this.fault('library', error), // it stumbles when a connection goes
      getMessage: key => this.keptMessage({ chat: plain(key.remoteJid), id: key.id }),
    });
    gate.isOpen = () => sock.ws.isOpen;
    this.link = { number, sock, gate, caughtUp: false };
    this.#pressure.changed();
    if (!this.pairing.active) this.#timers.set('opening', OPENING_MS, () => this.#giveUp('lost'));
  }

  /** The connection, for operations that need one. */
  live() {
    if (this.state !== 'working' || !this.link) throw new Fault(this.paired ? 'not_connected' : 'not_paired', `the session is ${this.state}`, { state: this.state });
    return this.link.sock;
  }

  async #dropLink(state) {
    const { link } = this;
    if (!link) return;
    this.#links++;
    this.link = null;
    link.gate.shut();
    this.sends.disconnected(state);
    await closeLink(link.sock);
  }

  /** Tells WhatsApp that this device goes. Gives whether that could be said. */
  async tellLogout() {
    const { sock } = this.link;
    this.#links++; // what comes back is expected
    return sock.logout().then(() => true, () => false);
  }

  /** Ends the connection for a reason of ours and says so. */
  async leave(state, details, { wipe = false } = {}) {
    this.#timers.clear();
    this.pairing.cancel();
    await this.#dropLink(state);
    if (wipe) await this.wipe(details.reason);
    if (!this.paired) this.creds = null;
    this.setState(state, details);
  }

  /** Forgets the keys, here and at the gateway. */
  async wipe(reason) {
    this.keys.clear();
    this.keys = this.#newKeys();
    this.creds = null;
    await this.record('keys.wipe', { reason });
  }

  // What the library says

  #tapped(event, data) {
    switch (event) {
      case 'connection.update':
        return this.#connection(data);
      case 'creds.update':
        if (this.paired) this.keys.saveCredentials(this.creds);
        return;
      case 'messages.upsert':
        return this.inbox.upserted(data, this.creds.me);
      case 'messaging-history.set':
        this.inbox.history(data, this.creds.me);
    }
    tellNotice(this, event, data);
  }

  #stanza(name, node) {
    if (name === 'frame') this.lastFrameAt = Date.now();
    else if (name === 'CB:receipt') this.inbox.receipt(node, this.creds.me);
    else if (name === 'CB:ack,class:message') this.sends.acknowledged(node.attrs);
    else this.pairing.passkeyAsked();
  }

  #connection({ connection, qr, isNewLogin, receivedPendingNotifications, lastDisconnect, reachoutTimeLock }) {
    if (qr) this.pairing.qr(qr);
    if (isNewLogin) this.pairing.succeeded();
    if (connection === 'open') {
      this.#timers.cancel('opening');
      this.setState('syncing');
      this.#timers.set('sync', SYNC_MS, () => this.#working());
    }
    if (receivedPendingNotifications) this.link.caughtUp = true; // often before the library calls itself open
    if (this.link.caughtUp && this.state === 'syncing') this.#working();
    if (reachoutTimeLock?.isActive) this.event('restricted', { until: reachoutTimeLock.timeEnforcementEnds?.getTime() });
    if (connection === 'close') this.#closed(lastDisconnect?.error);
  }

  #working() {
    this.#timers.cancel('sync');
    this.#restarts = 0;
    this.setState('working');
    this.#timers.set('healthy', HEALTHY_MS, () => { this.#failures = 0; });
  }

  #closed(error) {
    const { link } = this;
    this.link = null;
    this.#links++;
    link.gate.shut();
    this.#timers.clear();
    const verdict = judge(error, { pairing: this.pairing.active });
    this.sends.disconnected(verdict.state);
    if (this.pairing.active && verdict.again !== 'now') return this.pairing.ended(verdict);
    this.#obey(verdict).catch(fault => this.fault('close', fault));
  }

  async #obey({ state, reason, code, again, wipe, until }) {
    const details = { reason, code, ...(until === undefined ? {} : { until }) };
    if (again === 'never') {
      if (wipe) await this.wipe(reason).catch(() => {});
      return this.setState(state, details);
    }
    if (again === 'now' && ++this.#restarts <= MAX_RESTARTS) {
      this.setState('starting', details);
      return this.#timers.set('connect', 0, () => this.#reconnect());
    }
    this.#retryLater(state, details);
  }

  #retryLater(state, details) {
    const wait = backoffMs(this.#failures++);
    this.setState(state, { ...details, nextRetry: Date.now() + wait });
    this.#timers.set('connect', wait, () => this.#reconnect());
  }

  async #reconnect() {
    await this.room().catch(() => {}); // a slow store is not helped by more deliveries
    if (this.#stopping || this.link || this.state === 'failed') return;
    if (this.state !== 'starting') this.setState('starting');
    this.#timers.guard('connect', () => this.connect());
  }

  // When the gateway is slow or refuses

  async #giveUp(reason) {
    if (!this.link) return;
    this.#timers.clear();
    await this.#dropLink('disconnected');
    if (!this.#stopping) this.#retryLater('disconnected', { reason });
  }

  #storeRefused(fault) {
    if (this.#stopping || fault.code === 'not_connected') return;
    this.leave('failed', { reason: 'store_refused', message: fault.message }).catch(() => {});
  }

  #newKeys() {
    return new KeyStore({ ask: (...args) => this.ask(...args), journal: { add: (...args) => this.record(...args) }, onFailure: fault => this.#storeRefused(fault) });
  }

  autoRead(key) {
    if (this.state === 'working') return this.link?.sock.readMessages([key]);
  }

  health() {
    return { session: this.id, state: this.state, last_frame_at: this.lastFrameAt || null, queue: this.journal.depth, unacked: this.sends.size };
  }
}
