import { randomBytes } from 'node:crypto';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { spawnSidecar } from './process.mjs';
import { Wire } from './wire.mjs';

const STORED = new Set(['paired', 'message', 'sent', 'ack', 'receipt']);

/** A gateway in memory. What it stores outlives the sidecars it starts. hold(op) keeps answers back until release(op); refuse(frame) may give { code, retryable }, delay(frame) milliseconds. */
export class FakeGateway {
  keys = new Map(); // session -> Map of "type id" -> bytes
  kept = new Map(); // "session id" -> bytes
  seen = []; // every request and event of the sidecar, in order
  held = new Map(); // op -> [continue functions]
  refuse = () => null;
  delay = () => 0; // ms before a request is answered
  #watchers = new Set();

  static async create() {
    const gateway = new FakeGateway();
    gateway.dir = await mkdtemp(path.join(os.tmpdir(), 'wherry-linked-'));
    gateway.shared = path.join(gateway.dir, 'shared');
    await mkdir(path.join(gateway.shared, 'out'), { recursive: true });
    return gateway;
  }

  /** Starts a sidecar process; gives its hello. welcome(frame) may refuse by throwing { code }. */
  async start({ welcome = () => ({ ok: { protocol: 1, shared_dir: this.shared } }), env } = {}) {
    const token = randomBytes(32).toString('hex');
    const socketPath = path.join(this.dir, `${randomBytes(4).toString('hex')}.sock`);
    const server = net.createServer();
    await new Promise(resolve => server.listen(socketPath, resolve));
    const connected = new Promise(resolve => server.once('connection', resolve));
    this.process = spawnSidecar(socketPath, token, env);
    const early = this.process.ended.then(code => { throw new Error(`the sidecar ended with ${code}: ${this.process.stderr}`); });
    const socket = await Promise.race([connected, early]);
    server.close();
    const since = this.seen.length;
    this.wire = new Wire(socket, {
      onFrame: frame => this.#saw(frame),
      onRequest: (frame, blob) => {
        if (frame.op !== 'hello') return this.#answer(frame, blob);
        if (frame.token !== token) throw Object.assign(new Error('wrong token'), { code: 'unauthorized' });
        return welcome(frame);
      },
    });
    early.catch(() => {});
    return this.find(frame => frame.op === 'hello', { since });
  }

  #saw(frame) {
    this.seen.push(frame);
    for (const watch of [...this.#watchers]) watch();
  }

  async #answer(frame, blob) {
    const fault = this.refuse(frame);
    if (fault) throw Object.assign(new Error('refused by the test'), fault);
    const ms = this.delay(frame);
    if (ms > 0) await new Promise(resolve => setTimeout(resolve, ms));
    if (this.held.has(frame.op)) await new Promise(resolve => this.held.get(frame.op).push(resolve));
    return this.#store(frame, blob);
  }

  keysOf(session) {
    if (!this.keys.has(session)) this.keys.set(session, new Map());
    return this.keys.get(session);
  }

  #store(frame, blob) {
    const { op, session } = frame;
    const keys = this.keysOf(session);
    if (op === 'keys.get') {
      const entries = frame.ids.filter(id => keys.has(`${frame.type} ${id}`)).map(id => ({ id, size: keys.get(`${frame.type} ${id}`).length }));
      return { ok: { entries }, blob: Buffer.concat(entries.map(({ id }) => keys.get(`${frame.type} ${id}`))) };
    }
    if (op === 'message.get') {
      const bytes = this.kept.get(`${session} ${frame.message_id}`);
      return { ok: { found: Boolean(bytes) }, blob: bytes };
    }
    if (op === 'keys.set') {
      let offset = 0;
      for (const { type, id, size, deleted } of frame.entries) {
        if (deleted) keys.delete(`${type} ${id}`);
        else keys.set(`${type} ${id}`, blob.subarray(offset, (offset += size)));
      }
    } else if (op === 'keys.wipe') keys.clear();
    else if (!STORED.has(op)) throw Object.assign(new Error(op), { code: 'unknown_op' });
    if (blob && (op === 'message' || op === 'sent')) this.kept.set(`${session} ${frame.message_id}`, blob);
    return { ok: {} };
  }

  hold(op) {
    this.held.set(op, []);
  }

  release(op) {
    const waiting = this.held.get(op) ?? [];
    this.held.delete(op);
    for (const go of waiting) go();
  }

  ask(op, fields, timeoutMs) {
    return this.wire.ask(op, fields, timeoutMs);
  }

  /** The first frame that fits, from `since` on; waits for it. */
  find(fits, { since = 0, timeoutMs = 60_000, what = String(fits) } = {}) {
    return new Promise((resolve, reject) => {
      let at = since;
      const look = () => {
        for (; at < this.seen.length; at++) {
          if (!fits(this.seen[at])) continue;
          clearTimeout(timer);
          this.#watchers.delete(look);
          return resolve(this.seen[at]);
        }
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(look);
        const tail = this.seen.slice(-15).map(frame => JSON.stringify({ ...frame, bytes: undefined }).slice(0, 220)).join('\n  ');
        reject(new Error(`never came: ${what}\n  ${tail}\n${this.process.stderr}`));
      }, timeoutMs);
      this.#watchers.add(look);
      look();
    });
  }

  state(session, state, options) {
    return this.find(frame => frame.event === 'state' && frame.session === session && frame.state === state, { what: `state ${state} of ${session}`, ...options });
  }

  event(session, name, fits = () => true, options) {
    return this.find(frame => frame.event === name && frame.session === session && fits(frame), { what: `event ${name} of ${session}`, ...options });
  }

  op(session, op, fits = () => true, options) {
    return this.find(frame => frame.op === op && frame.session === session && fits(frame), { what: `${op} of ${session}`, ...options });
  }

  message(session, fits, options) {
    return this.op(session, 'message', fits, options);
  }

  get mark() {
    return this.seen.length;
  }

  /** Ends the running sidecar the hard way. */
  async kill() {
    this.process.child.kill('SIGKILL');
    await this.process.ended;
  }

  async close() {
    this.wire?.close();
    this.process?.child.stdin.end();
    await this.process?.ended;
    await rm(this.dir, { recursive: true, force: true });
  }
}
