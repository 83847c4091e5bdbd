// The unmodified npm client as a test wants it: pairs, logs in, follows 515, keeps every event, waits for conditions with a deadline.
import { silentLogger } from '../src/quiet.mjs';
import https from 'node:https';
import makeWASocket, { initAuthCreds } from 'baileys';
import { start } from '../src/server.mjs';
import { adminRoutes } from '../src/admin/index.mjs';

const patience = 90000;

/** A server with its admin API called directly: admin.post('/scan', {...}), admin.get('/wait', {...}). */
export async function startFake(options) {
  const fake = await start(options);
  const routes = adminRoutes(fake);
  const call = async (method, path, input) => {
    const route = routes[`${method} ${path}`];
    if (!route) throw new Error(`no route ${method} ${path}`);
    return JSON.parse(JSON.stringify((await route(input)) ?? {}));
  };
  const admin = { post: (path, body = {}) => call('POST', path, body), get: (path, query = {}) => call('GET', path, new URLSearchParams(query)),
    wait: async (what, query = {}) => (await call('GET', '/wait', new URLSearchParams({ what, timeout: String(patience), ...query }))).entry };
  // Baileys downloads through the global fetch, which cannot be told a certificate authority at run time.
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  process.removeAllListeners('warning');
  return { ...fake, admin, agent: new https.Agent({ ca: fake.media.ca }) };
}

export function memoryAuth() {
  const kinds = {};
  return { creds: initAuthCreds(), kinds, keys: {
    get: async (kind, ids) => Object.fromEntries(ids.map((id) => [id, kinds[kind]?.[id]]).filter(([, value]) => value !== undefined)),
    set: async (data) => {
      for (const [kind, values] of Object.entries(data)) {
        kinds[kind] ??= {};
        for (const [id, value] of Object.entries(values)) value === null || value === undefined ? delete kinds[kind][id] : (kinds[kind][id] = value);
      }
    } } };
}

export class Client {
  events = [];
  #waiters = new Set();

  /** persistent: comes back after whatever ended its connection. */
  constructor(fake, { auth = memoryAuth(), config = {}, persistent = false } = {}) {
    Object.assign(this, { fake, auth, config, persistent });
    this.sent = new Map();
  }
  connect() {
    const sock = makeWASocket({ auth: this.auth, waWebSocketUrl: this.fake.url, logger: silentLogger, fetchAgent: this.fake.agent, markOnlineOnConnect: false,
      getMessage: async (key) => this.sent.get(key.id), ...this.config });
    this.sock = sock;
    sock.ev.on('creds.update', (update) => Object.assign(this.auth.creds, update));
    sock.ev.process((batch) => { for (const [name, data] of Object.entries(batch)) this.#note(name, data); });
    for (const name of ['passkey_prologue_request']) sock.ws.on(`CB:notification,type:${name}`, (node) => this.#note(name, node));
    sock.ws.on('CB:ack,class:message', (node) => this.#note('ack', node));
    sock.ws.on('unexpected-response', (request, response) => this.#note('refused-upgrade', response.statusCode));
    sock.ws.on('frame', (frame) => this.#note('frame', frame));
    return this;
  }
  #note(name, data) {
    if (name === 'messages.upsert') for (const message of data.messages) {
      this.#push('message', { ...message, upsert: data.type });
      this.#push('status', { id: message.key.id, status: message.status, codes: message.messageStubParameters });
      for (const receipt of message.userReceipt ?? []) this.#push('group-receipt', { key: message.key, receipt });
    }
    if (name === 'messages.update') for (const update of data) {
      this.#push('update', update);
      this.#push('status', { id: update.key.id, status: update.update.status, codes: update.update.messageStubParameters });
    }
    if (name === 'message-receipt.update') for (const update of data) this.#push('group-receipt', update);
    this.#push(name, data);
    if (name !== 'connection.update' || data.connection !== 'close') return;
    const code = data.lastDisconnect?.error?.output?.statusCode;
    if (code !== 515) this.lost = [...(this.lost ?? []), code];
    if (code === 515 || this.persistent) this.connect();
  }
  #push(name, data) {
    const event = { name, data };
    this.events.push(event);
    for (const waiter of [...this.#waiters]) waiter(event);
  }
  of(name) { return this.events.filter((event) => event.name === name).map((event) => event.data); }
  /** The first event of that name, past or to come, that fits. */
  on(name, fits = () => true, { since = 0, timeout = patience } = {}) {
    const looks = (event) => event.name === name && fits(event.data);
    const past = this.events.slice(since).find(looks);
    if (past) return Promise.resolve(past.data);
    return new Promise((resolve, reject) => {
      const waiter = (event) => {
        if (!looks(event)) return;
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(event.data);
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`the client saw no such ${name}: ${fits}`));
      }, timeout);
      this.#waiters.add(waiter);
    });
  }
  message(fits, options) { return this.on('message', fits, options); }
  text(text, options) { return this.message(({ message }) => (message?.conversation ?? message?.extendedTextMessage?.text) === text, options); }
  /** A status comes as an update, or inside the message itself when the client was still holding that back. */
  status(id, status) { return this.on('status', (one) => one.id === id && one.status === status); }
  qr() { return this.on('connection.update', (update) => update.qr).then((update) => update.qr); }
  open(options) { return this.on('connection.update', (update) => update.connection === 'open', options); }
  /** The status code it closes with. */
  async closed(options) {
    const update = await this.on('connection.update', (one) => one.connection === 'close' && one.lastDisconnect?.error?.output?.statusCode !== 515, options);
    return update.lastDisconnect.error.output.statusCode;
  }
  async send(jid, content, options) {
    const message = await this.sock.sendMessage(jid, content, options);
    this.sent.set(message.key.id, message.message);
    return { ...message, key: { ...message.key } }; // the client goes on changing its own, a revocation even its id
  }
  async stop() {
    this.persistent = false;
    await this.sock?.end(undefined);
  }
}

/** Pairs by QR and waits until it is live; `open` also means the first history has been taken. */
export async function paired(fake, pn, options = {}) {
  const client = new Client(fake, options).connect();
  await fake.admin.post('/scan', { pn, qr: await client.qr() });
  await client.open();
  const { device } = await fake.admin.wait('active', { pn });
  if (options.history !== false) await client.on('messaging-history.set', (set) => set.syncType === 3);
  client.pn = pn;
  client.device = device;
  return client;
}
export const person = (pn) => `${pn}@s.whatsapp.net`;
