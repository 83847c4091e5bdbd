import net from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { tell } from './start/silence.mjs';
import { Channel } from './protocol/channel.mjs';
import { Fault, describeBug } from './protocol/errors.mjs';
import { MAX_BLOB, MAX_LINE } from './protocol/framing.mjs';
import { sessionId } from './protocol/fields.mjs';
import { contactOps } from './ops/contacts.mjs';
import { groupOps } from './ops/groups.mjs';
import { messageOps } from './ops/messages.mjs';
import { presenceOps } from './ops/presence.mjs';
import { MAX_SESSIONS, processOps, sessionOps } from './ops/sessions.mjs';
import { KEY_FORMAT } from './session/values.mjs';

const HELLO_MS = 10_000;
const HEALTH_MS = 5_000;
const SHUTDOWN_MS = 10_000;
const MAX_BUGS_A_MINUTE = 50;
const byName = { ...sessionOps, ...messageOps, ...presenceOps, ...groupOps, ...contactOps };

/** Connects to the gateway and serves it until it goes away. Gives the exit status. */
export async function runSidecar({ path, token, version }) {
  const sidecar = new Sidecar();
  return sidecar.run({ path, token, version });
}

class Sidecar {
  sessions = new Map();
  channel = null;
  sharedDir = null;
  #finish;
  #welcome;
  #greeted = new Promise(resolve => { this.#welcome = resolve; });
  #loop = monitorEventLoopDelay({ resolution: 50 });

  async run({ path, token, version }) {
    const socket = net.connect(path);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', error => reject(refusal(`cannot connect (${error.code})`))));
    const finished = new Promise(resolve => { this.#finish = resolve; });
    this.channel = new Channel(socket, { handle: (frame, blob) => this.#handle(frame, blob), closed: () => this.#finish(0) });
    await this.#hello(token, version);
    this.#watchBugs();
    this.#loop.enable();
    const health = setInterval(() => this.channel.event('health', this.#health()), HEALTH_MS);
    const status = await finished;
    clearInterval(health);
    return status;
  }

  async #hello(token, version) {
    const limits = { line: MAX_LINE, blob: MAX_BLOB, sessions: MAX_SESSIONS };
    const ops = ['session.start', 'session.stop', ...Object.keys(byName), 'stats', 'ping', 'shutdown'];
    const hello = { protocol: { min: 1, max: 1 }, token, transport: { name: 'baileys', version }, key_format: KEY_FORMAT, pid: process.pid, limits, ops };
    let answer;
    try {
      answer = await this.channel.ask('hello', hello, null, HELLO_MS);
    } catch (fault) {
      throw refusal(`the gateway refused: ${fault.code}`);
    }
    if (answer.ok.protocol !== 1 || typeof answer.ok.shared_dir !== 'string') throw refusal('the gateway speaks another protocol');
    this.sharedDir = answer.ok.shared_dir;
    this.#welcome();
  }

  async #handle(frame) {
    const { op } = frame;
    await this.#greeted; // a request may come in one piece with the answer to hello
    if (op === 'ping') return {};
    if (op === 'stats') return { ok: this.#health(frame.session === undefined ? undefined : sessionId(frame)) };
    if (op === 'shutdown') return this.#shutdown();
    if (Object.hasOwn(processOps, op)) return { ok: await processOps[op](this, frame) };
    if (!Object.hasOwn(byName, op)) throw new Fault('unknown_op', 'no such operation');
    const session = this.sessions.get(sessionId(frame));
    if (!session) throw new Fault('no_session', 'no such session');
    if (session.stopped) throw new Fault('not_connected', 'the session is stopping', { state: 'stopped' });
    return { ok: await byName[op](session, frame) };
  }

  async #shutdown() {
    const all = [...this.sessions.values()].map(session => (session.stopped ??= session.stop()));
    const limit = new Promise(resolve => setTimeout(resolve, SHUTDOWN_MS));
    await Promise.race([Promise.allSettled(all), limit]);
    setImmediate(() => this.channel.end());
    return {};
  }

  #health(only) {
    if (only !== undefined && !this.sessions.has(only)) throw new Fault('no_session', 'no such session');
    const { rss, heapUsed: heap } = process.memoryUsage();
    const delay = Math.round(this.#loop.mean / 1e6) || 0;
    this.#loop.reset();
    const listed = only === undefined ? [...this.sessions.values()] : [this.sessions.get(only)];
    return {
      process: { rss, heap, sessions: this.sessions.size, uptime_ms: Math.round(process.uptime() * 1000), loop_delay_ms: delay },
      sessions: listed.map(session => session.health()),
    };
  }

  // A bug in one handler must not take the other sessions along; a flood of them means the process is broken.
  #watchBugs() {
    let bugs = 0;
    setInterval(() => { bugs = 0; }, 60_000).unref();
    const bug = where => error => {
      this.channel.event('fault', { where, message: describeBug(error) });
      if (++bugs > MAX_BUGS_A_MINUTE) {
        tell('too many failures, giving up');
        process.exit(70);
      }
    };
    process.on('uncaughtException', bug('uncaught'));
    process.on('unhandledRejection', bug('unhandled'));
  }
}

function refusal(message) {
  return Object.assign(new Error(message), { exitCode: 2 });
}
