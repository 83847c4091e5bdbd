// The simulator as a process, and a small HTTP server that receives its webhooks.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const binary = process.env.WHERRY_BINARY ?? `${root}build/release/wherry`;

/** Receives webhooks; keeps each one's raw bytes and headers, and answers the verification request. */
export async function startReceiver() {
  const received = [];
  const verifications = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method === 'GET') {
      const query = new URL(request.url, 'http://receiver').searchParams;
      verifications.push(Object.fromEntries(query));
      response.end(query.get('hub.challenge') ?? '');
      return;
    }
    const raw = Buffer.concat(chunks);
    received.push({ raw, headers: request.headers, body: JSON.parse(raw.toString('utf8')) });
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}/webhooks/meta`, received, verifications,
    close: () => { server.closeAllConnections(); server.close(); } };
}

/** Starts `wherry demo` on a fresh data directory. */
export async function startDemo() {
  const directory = mkdtempSync(join(tmpdir(), 'wherry-clients-'));
  const child = spawn(binary, ['demo', '--data-dir', `${directory}/data`, '--port', '0', '--simulator-port', '0', '--json', '--log-level', 'error'],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const ready = JSON.parse(line);
  return {
    ...ready,
    write: (text) => fetch(`${ready.simulator_control_url}/sim/inbound`, { method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ phone_number_id: ready.phone_number_id, from: ready.customer, type: 'text', text: { body: text } }) }),
    sent: async () => (await (await fetch(`${ready.simulator_control_url}/sim/messages?to=${ready.customer}&limit=1000`)).json()).data.reverse(),
    stop: async () => { child.kill('SIGTERM'); await once(child, 'exit'); rmSync(directory, { recursive: true, force: true }); },
  };
}

/** Starts `wherry simulate`, with its webhooks going to `callback` when given. */
export async function startSimulator(callback) {
  const options = ['simulate', '--port', '0', '--control-port', '0', '--json'];
  if (callback) options.push('--callback-url', callback);
  const child = spawn(binary, options, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([status]) => { throw new Error(`the simulator ended with status ${status}`); }),
    sleep(20_000, undefined, { ref: false }).then(() => { throw new Error('the simulator did not say it was ready'); }),
  ]);
  const ready = JSON.parse(line);
  const control = async (method, path, body) => {
    const answer = await fetch(ready.simulator_control_url + path, {
      method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    ...ready,
    control,
    write: (from, fields) => control('POST', '/sim/inbound', { phone_number_id: ready.phone_number_id, from, ...fields }),
    messages: async () => (await control('GET', '/sim/messages?limit=1000')).data,
    stop: async () => { child.kill('SIGTERM'); await once(child, 'exit'); },
  };
}

/** The first true value of `probe`, asked again and again for at most ten seconds. */
export async function waitFor(probe, what) {
  for (let tries = 0; tries < 500; ++tries) {
    const value = await probe();
    if (value) return value;
    await sleep(20);
  }
  throw new Error(`did not happen: ${what}`);
}

/** The smallest PNG there is. */
export const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
