import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { applyPatch, patchFor, PATCHES } from '../src/start/patches.mjs';
import { FakeGateway } from './support/gateway.mjs';
import { spawnNode, spawnSidecar, until } from './support/process.mjs';

const require = createRequire(import.meta.url);

async function gatewayFor(suite, options) {
  const gateway = await FakeGateway.create();
  suite.after(() => gateway.close());
  await gateway.start(options);
  return gateway;
}

test('Hello tells version range, transport, limits, and what it can do', async suite => {
  const gateway = await gatewayFor(suite);
  const hello = gateway.seen[0];
  assert.deepEqual(hello.protocol, { min: 1, max: 1 });
  assert.match(hello.transport.version, /^7\.0\.0-rc14/);
  assert.deepEqual(hello.limits, { line: 1048576, blob: 8388608, sessions: 200 });
  for (const op of ['session.start', 'message.send', 'media.download', 'group.create', 'ping']) assert.ok(hello.ops.includes(op), op);
  assert.deepEqual(await gateway.ask('ping'), {});
  const stats = await gateway.ask('stats');
  assert.ok(stats.process.rss > 1e6);
  assert.deepEqual(stats.sessions, []);
});

test('A request in one piece with the answer to hello is served', async suite => {
  const gateway = await FakeGateway.create();
  suite.after(() => gateway.close());
  const pieces = [{ reply: 1, ok: { protocol: 1, shared_dir: gateway.shared } }, { id: 1, op: 'session.start', session: 'early', settings: {} }];
  await gateway.start({ welcome: () => {
    gateway.wire.raw(pieces.map(frame => JSON.stringify(frame) + '\n').join(''));
    return new Promise(() => {});
  } });
  await gateway.state('early', 'unpaired');
});

test('Every operation of the protocol page is there', async suite => {
  const gateway = await gatewayFor(suite);
  const page = readFileSync(new URL('../../docs/formats/linked-device.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('## 5.'), page.indexOf('## 6.'));
  const named = [...section.matchAll(/^\| `([a-z.]+)`/gm)].map(([, op]) => op);
  assert.ok(named.length > 25);
  assert.deepEqual(named.filter(op => !gateway.seen[0].ops.includes(op)), []);
});

test('A refused hello ends the process with status 2', async suite => {
  for (const code of ['unauthorized', 'protocol_unsupported']) {
    const gateway = await FakeGateway.create();
    suite.after(() => gateway.close());
    await gateway.start({ welcome: () => { throw Object.assign(new Error('no'), { code }); } });
    assert.equal(await gateway.process.ended, 2, code);
    assert.ok(gateway.process.stderr.includes(code));
  }
});

test('Without a token, a path, or somebody listening it does not start', async () => {
  assert.equal(await spawnSidecar('/nowhere/at.all', 'x'.repeat(32)).ended, 2);
  assert.equal(await spawnSidecar('/nowhere/at.all', 'short').ended, 2);
  assert.equal(await spawnNode([new URL('../src/main.mjs', import.meta.url).pathname], { WHERRY_LINKED_TOKEN: 'x'.repeat(32) }).ended, 2);
});

test('The gateway vanishing ends the process', async suite => {
  const gateway = await gatewayFor(suite);
  gateway.wire.close();
  assert.equal(await gateway.process.ended, 0);
});

test('Stdin closing ends the process', async suite => {
  const gateway = await gatewayFor(suite);
  gateway.process.child.stdin.end();
  assert.equal(await gateway.process.ended, 0);
});

test('Shutdown is answered, then the process ends', async suite => {
  const gateway = await gatewayFor(suite);
  assert.deepEqual(await gateway.ask('shutdown'), {});
  assert.equal(await gateway.process.ended, 0);
});

test('A broken frame from the gateway ends the connection, with a word about it; what came before it counts', async suite => {
  const gateway = await gatewayFor(suite);
  gateway.wire.raw('{"id":1,"op":"ping"}\nhello\n{"id":2,"op":"ping"}\n');
  await gateway.find(frame => frame.event === 'bad_frame');
  assert.equal(await gateway.process.ended, 0);
});

test('Odd but well-formed frames harm nothing', async suite => {
  const gateway = await gatewayFor(suite);
  gateway.wire.raw('{"reply":999999,"ok":{}}\n{"reply":"x"}\n{"event":"whatever"}\n{}\n{"reply":12,"error":null}\n');
  for (const pieces of ['{"id":7,', '"op":"pi', 'ng","blob":5}', '\nab', 'cde']) gateway.wire.raw(pieces);
  await assert.rejects(gateway.ask('session.start', { session: '../x' }), { code: 'bad_request', field: 'session' });
  await assert.rejects(gateway.ask('session.start', { session: 'a', settings: { history: 'all' } }), { code: 'bad_request', field: 'history' });
  await assert.rejects(gateway.ask('session.start', { session: 'a', settings: { proxy: 'http://x' } }), { code: 'unsupported' });
  await assert.rejects(gateway.ask('session.stop', { session: 'a' }), { code: 'no_session' });
  await assert.rejects(gateway.ask('toString'), { code: 'unknown_op' });
  assert.deepEqual(await gateway.ask('ping'), {});
});

test('Sessions of one process cannot trust different servers', async suite => {
  const gateway = await gatewayFor(suite);
  const start = (session, key) => gateway.ask('session.start', { session, settings: { server: { url: 'ws://127.0.0.1:9', root_key: key } } });
  await start('a', 'a'.repeat(64));
  assert.deepEqual(await start('a', 'a'.repeat(64)), { running: true });
  await assert.rejects(start('b', 'b'.repeat(64)), { code: 'conflict' });
});

test('Nothing is ever written to stdout, and no token is left in the environment', async suite => {
  const gateway = await gatewayFor(suite);
  await gateway.ask('ping');
  gateway.wire.close();
  await gateway.process.ended;
  assert.equal(gateway.process.stdout, '');
  assert.equal(gateway.process.stderr, '');
});

test('A session that cannot reach WhatsApp keeps trying, with a time for the next try', async suite => {
  const gateway = await gatewayFor(suite);
  await gateway.ask('session.start', { session: 'a', settings: { server: { url: 'ws://127.0.0.1:9' } } });
  await gateway.state('a', 'unpaired');
  await gateway.ask('session.pair', { session: 'a', method: 'qr' });
  const said = await gateway.find(frame => frame.event === 'state' && frame.state === 'unpaired' && frame.reason === 'network');
  assert.equal(said.session, 'a');
});

test('Health comes by itself', async suite => {
  const gateway = await gatewayFor(suite);
  const health = await gateway.find(frame => frame.event === 'health');
  assert.equal(health.process.sessions, 0);
  assert.ok(health.process.uptime_ms > 0);
});

test('A library file nobody reviewed is not loaded', () => {
  for (const patch of PATCHES) {
    const bytes = readFileSync(require.resolve('baileys').replace(/\/baileys\/lib\/.*$/, '') + patch.file.replace('/node_modules', ''));
    assert.equal(patchFor(`file:///x${patch.file}`), patch);
    assert.notEqual(applyPatch(patch, bytes), bytes.toString());
    assert.throws(() => applyPatch(patch, Buffer.concat([bytes, Buffer.from('\n')])), /unreviewed/);
  }
});

test('A changed library ends the process with status 3', async suite => {
  const { appendFile, cp, mkdir, mkdtemp, readdir, rm, symlink } = await import('node:fs/promises');
  const dir = await mkdtemp('/tmp/wherry-linked-changed-');
  suite.after(() => rm(dir, { recursive: true, force: true }));
  const root = new URL('..', import.meta.url).pathname;
  await cp(`${root}src`, `${dir}/src`, { recursive: true });
  await cp(`${root}package.json`, `${dir}/package.json`);
  await mkdir(`${dir}/node_modules`);
  for (const name of await readdir(`${root}node_modules`)) {
    if (['baileys', 'libsignal'].includes(name)) await cp(`${root}node_modules/${name}`, `${dir}/node_modules/${name}`, { recursive: true });
    else await symlink(`${root}node_modules/${name}`, `${dir}/node_modules/${name}`);
  }
  const run = () => spawnNode([`${dir}/src/main.mjs`, '--socket', '/nowhere/at.all'], { WHERRY_LINKED_TOKEN: 'x'.repeat(32) });
  assert.equal(await run().ended, 2); // the copy as it is only fails to connect
  await appendFile(`${dir}/node_modules/baileys/lib/Utils/crypto.js`, '\n');
  const changed = run();
  assert.equal(await changed.ended, 3);
  await until(() => changed.stderr.includes('unreviewed'), 'the reason');
});
