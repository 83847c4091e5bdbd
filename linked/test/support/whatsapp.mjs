import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { spawnNode, until } from './process.mjs';

const MAIN = process.env.FAKEWA_MAIN ?? fileURLToPath(new URL('../../../tests/fakewa/main.mjs', import.meta.url));
const WAIT_MS = 60_000;

/** The fake WhatsApp server in a process of its own, driven over its admin address. */
export class FakeWhatsApp {
  static async start(...args) {
    const fake = new FakeWhatsApp();
    fake.process = spawnNode([MAIN, '--with-parent', ...args]);
    fake.process.ended.then(() => { fake.over = true; });
    const line = await until(() => {
      if (fake.over) throw new Error(`the fake server ended: ${fake.process.stderr}`);
      return fake.process.stdout.split('\n').find(text => text.startsWith('{') && text.endsWith('}'));
    }, 'the fake server starts');
    Object.assign(fake, JSON.parse(line));
    fake.mediaCa = await readFile(fake.ca, 'utf8');
    return fake;
  }

  /** Settings of a session that goes to this server. */
  settings(more = {}) {
    return { server: { url: this.ws, root_key: this.rootKey, media_ca: this.mediaCa }, ack_timeout_ms: 20_000, ...more };
  }

  async get(path, query = {}) {
    const answer = await fetch(`${this.admin}${path}?${new URLSearchParams(query)}`);
    return FakeWhatsApp.#read(answer, `${path} ${JSON.stringify(query)}`);
  }

  async post(path, body = {}) {
    const answer = await fetch(this.admin + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    return FakeWhatsApp.#read(answer, `${path} ${JSON.stringify(body).slice(0, 200)}`);
  }

  static async #read(answer, what) {
    const json = await answer.json();
    if (!answer.ok) throw new Error(`${what}: ${answer.status} ${json.error?.message}`);
    return json;
  }

  account(pn, more = {}) {
    return this.post('/accounts', { pn, ...more }).then(({ accounts }) => accounts[0]);
  }

  /** A phone sends; wish is { kind, … }. Gives { id }. */
  send(from, to, wish) {
    return this.post('/phone/send', { from, to, ...wish });
  }

  /** Waits for an entry of the journal; query as the server understands it. Gives the entry. */
  async wait(what, query = {}) {
    return (await this.get('/wait', { what, timeout: WAIT_MS, ...query })).entry;
  }

  arrived(pn, query) {
    return this.wait('inbox', { pn, ...query });
  }

  device(pn, query, device = 1) {
    return this.get('/wait/device', { pn, device, timeout: WAIT_MS, ...query });
  }

  queue(pn, device = 1) {
    return this.get('/queue', { pn, device }).then(({ entries }) => entries);
  }

  async seq() {
    return (await this.get('/state')).seq;
  }

  async close() {
    this.process.child.kill();
    await this.process.ended;
  }
}
