import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { spawnNode, until } from './process.mjs';

const MAIN = process.env.FAKEWA_MAIN ?? fileURLToPath(new URL('../../../tests/fakewa/src/main.mjs', import.meta.url));

/** The fake WhatsApp server in a process of its own, driven through its control interface. */
export class FakeWhatsApp {
  static async start(env = {}) {
    const fake = new FakeWhatsApp();
    fake.process = spawnNode([MAIN], env);
    const line = await until(() => fake.process.stdout.split('\n').find(text => text.startsWith('{')), `the fake server starts: ${fake.process.stderr}`);
    Object.assign(fake, JSON.parse(line));
    fake.mediaCa = await readFile(fake.ca, 'utf8');
    return fake;
  }

  /** Settings of a session that goes to this server. */
  settings(more = {}) {
    return { server: { url: this.ws, root_key: this.rootKey, media_ca: this.mediaCa }, ack_timeout_ms: 20_000, ...more };
  }

  async call(method, path, body) {
    const answer = await fetch(this.admin + path, { method, headers: { 'content-type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
    const json = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(json)}`);
    return json;
  }

  account(pn, name = `User ${pn}`) { return this.call('POST', '/accounts', { pn, name }); }
  scan(pn, qr) { return this.call('POST', '/scan', { pn, qr }); }
  code(pn, code) { return this.call('POST', '/code', { pn, code }); }
  /** A phone writes. message is a WhatsApp message in protobuf's JSON form. */
  send(from, to, message, more = {}) { return this.call('POST', '/phone/send', { from, to, message, ...more }); }
  receipt(pn, id, type) { return this.call('POST', '/phone/receipt', { pn, id, type }); }
  typing(from, to, state) { return this.call('POST', '/phone/typing', { from, to, state }); }
  inbox(pn) { return this.call('GET', `/phone/inbox?pn=${pn}`); }
  receipts(pn) { return this.call('GET', `/phone/receipts?pn=${pn}`); }
  autoReceipts(pn, receipts) { return this.call('POST', '/phone/auto', { pn, receipts }); }
  kick(pn, how, device = 1) { return this.call('POST', '/kick', { pn, how, device }); }
  fail(...codes) { return this.call('POST', '/fail', { codes }); }
  group(subject, owner, members, mode) { return this.call('POST', '/group', { subject, owner, members, mode }); }
  log(since = 0) { return this.call('GET', `/log?since=${since}`); }
  state() { return this.call('GET', '/state'); }

  /** A message that reached a phone. */
  arrived(pn, fits, what = 'a message at the phone') {
    return until(async () => (await this.inbox(pn)).find(got => got.message && fits(got.message, got)), what);
  }

  async close() {
    this.process.child.kill();
    await this.process.ended;
  }
}
