import { randomBytes } from 'node:crypto';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Channel } from '../../src/protocol/channel.mjs';
import { Fault } from '../../src/protocol/errors.mjs';
import { spawnSidecar } from './process.mjs';

const DURABLE = new Set(['keys.set', 'keys.wipe', 'paired', 'message', 'sent', 'ack', 'receipt']);

/** A gateway in memory. What it stores outlives the sidecars it starts. `hold(op)` keeps answers back, `refuse` lets stores fail. */
export class FakeGateway {
  keys = new Map(); // session -> Map of "type id" -> bytes
  kept = new Map(); // "session chat id" -> bytes
  seen = []; // every frame of the sidecar, in order
  held = new Map(); // op -> [answer functions]
  refuse = () => null; // (frame) -> Fault or null
  #watchers = new Set();

  static async create() {
    const gateway = new FakeGateway();
    gateway.dir = await mkdtemp(path.join(os.tmpdir(), 'wherry-linked-'));
    gateway.shared = path.join(gateway.dir, 'shared');
    await mkdir(path.join(gateway.shared, 'out'), { recursive: true });
    return gateway;
  }

  /** Starts a sidecar process and resolves when it said hello. */
  async start({ hello = frame => this.#welcome(frame), env = {} } = {}) {
    const token = randomBytes(32).toString('hex');
    const socketPath = path.join(this.dir, `${randomBytes(4).toString('hex')}.sock`);
    this.token = token;
    this.server = net.createServer();
    await new Promise(resolve => this.server.listen(socketPath, resolve));
    const connected = new Promise(resolve => this.server.once('connection', resolve));
    this.process = spawnSidecar(socketPath, token, env);
    const socket = await Promise.race([connected, this.process.ended.then(code => { throw new Error(`the sidecar ended with ${code}: ${this.process.stderr}`); })]);
    this.socket = socket;
    this.server.close();
    const greeted = new Promise((resolve, reject) => { this.greeted = { resolve, reject }; });
    this.gone = new Promise(resolve => { this.channel = new Channel(socket, { handle: (frame, blob) => (frame.op === 'hello' ? hello(frame) : this.#answer(frame, blob)), closed: resolve }); });
    this.#tapEvents();
    return greeted;
  }

  // Events are not handled by Channel (only the transport sends them), so the stream is read a second time for them.
  #tapEvents() {
    let rest = Buffer.alloc(0);
    let skip = 0;
    this.socket.on('data', chunk => {
      rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
      for (;;) {
        const cut = Math.min(skip, rest.length);
        rest = rest.subarray(cut);
        skip -= cut;
        const end = skip ? -1 : rest.indexOf(10);
        if (end < 0) return;
        const frame = JSON.parse(rest.subarray(0, end).toString());
        rest = rest.subarray(end + 1);
        skip = frame.blob ?? 0;
        if (frame.event) this.#saw(frame);
      }
    });
  }

  #welcome(frame) {
    if (frame.token !== this.token) throw new Fault('unauthorized');
    this.greeted.resolve(frame);
    return { ok: { protocol: 1, shared_dir: this.shared } };
  }

  #saw(frame) {
    this.seen.push(frame);
    for (const watch of [...this.#watchers]) watch();
  }

  async #answer(frame, blob) {
    this.#saw(blob ? { ...frame, bytes: Buffer.from(blob) } : frame);
    const fault = this.refuse(frame);
    if (fault) throw fault;
    if (this.held.has(frame.op)) await new Promise(resolve => this.held.get(frame.op).push(resolve));
    return this.#store(frame, blob);
  }

  #store(frame, blob) {
    const { op, session } = frame;
    const keys = this.keys.get(session) ?? this.keys.set(session, new Map()).get(session);
    if (op === 'keys.get') {
      const entries = frame.ids.filter(id => keys.has(`${frame.type} ${id}`)).map(id => ({ id, size: keys.get(`${frame.type} ${id}`).length }));
      return { ok: { entries }, blob: Buffer.concat(entries.map(({ id }) => keys.get(`${frame.type} ${id}`))) };
    }
    if (op === 'keys.set') {
      let offset = 0;
      for (const { type, id, size, deleted } of frame.entries) {
        if (deleted) keys.delete(`${type} ${id}`);
        else keys.set(`${type} ${id}`, Buffer.from(blob.subarray(offset, (offset += size))));
      }
    } else if (op === 'keys.wipe') keys.clear();
    else if (op === 'message' || op === 'sent') {
      if (blob) this.kept.set(`${session} ${frame.message_id}`, Buffer.from(blob));
    } else if (op === 'message.get') {
      const bytes = this.kept.get(`${session} ${frame.message_id}`);
      return { ok: { found: Boolean(bytes) }, blob: bytes };
    } else if (!DURABLE.has(op)) throw new Fault('unknown_op');
    return { ok: {} };
  }

  hold(op) {
    this.held.set(op, []);
  }

  release(op) {
    const waiting = this.held.get(op) ?? [];
    this.held.delete(op);
    for (const answer of waiting) answer();
  }

  /** Asks the sidecar. Gives `ok`; rejects with its Fault. */
  async ask(op, fields = {}, timeoutMs = 30_000) {
    return (await this.channel.ask(op, fields, null, timeoutMs)).ok;
  }

  /** The first frame that fits, from `since` on; waits for it. */
  find(fits, { since = 0, timeoutMs = 20_000, what = fits } = {}) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const hit = this.seen.slice(since).find(fits);
        if (!hit) return;
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve(hit);
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(look);
        const tail = this.seen.slice(-12).map(frame => JSON.stringify({ ...frame, bytes: undefined }).slice(0, 200)).join('\n  ');
        reject(new Error(`never came: ${what}\n  ${tail}\n${this.process.stderr}`));
      }, timeoutMs);
      this.#watchers.add(look);
      look();
    });
  }

  state(session, state, options) {
    return this.find(frame => frame.event === 'state' && frame.session === session && frame.state === state, { what: `state ${state} of ${session}`, ...options });
  }

  message(session, fits, options) {
    return this.find(frame => frame.op === 'message' && frame.session === session && fits(frame), options);
  }

  get mark() {
    return this.seen.length;
  }

  /** Ends the running sidecar the hard way and waits until it is gone. */
  async kill() {
    this.process.child.kill('SIGKILL');
    await this.process.ended;
  }

  async close() {
    this.socket?.destroy();
    this.process?.child.stdin.end();
    await this.process?.ended;
    await rm(this.dir, { recursive: true, force: true });
  }
}
