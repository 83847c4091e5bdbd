import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '../src/protocol/errors.mjs';
import { Gate } from '../src/session/gate.mjs';
import { Journal } from '../src/session/journal.mjs';
import { KeyStore } from '../src/session/keys.mjs';
import { backoffMs, judge } from '../src/session/policy.mjs';
import { PAUSE_AT, Pressure, RESUME_AT } from '../src/session/pressure.mjs';
import { Sends } from '../src/session/sends.mjs';

const ticks = async (count = 20) => { for (let at = 0; at < count; at++) await Promise.resolve(); };

/** A gateway by hand: each request waits in `open` until answered. */
function byHand() {
  const open = [];
  const ask = (op, fields, blob) => new Promise((resolve, reject) => open.push({ op, fields, blob, yes: (ok = {}, bytes = null) => resolve({ ok, blob: bytes }), no: fault => reject(fault) }));
  return { open, ask };
}

test('The journal pipelines, but a barrier goes alone and in its place', async () => {
  const { open, ask } = byHand();
  const journal = new Journal({ ask, onRefused: assert.fail });
  journal.add('message', { n: 1 });
  journal.add('message', { n: 2 });
  journal.add('keys.set', {}, null, { barrier: true });
  journal.add('message', { n: 3 });
  let settled = false;
  journal.settled().then(() => { settled = true; });
  assert.deepEqual(open.map(one => one.op), ['message', 'message']);
  open[1].yes();
  await ticks();
  assert.equal(open.length, 2);
  open[0].yes();
  await ticks();
  assert.deepEqual(open.map(one => one.op), ['message', 'message', 'keys.set']);
  open[2].yes();
  await ticks();
  assert.equal(open.length, 4);
  assert.equal(settled, false);
  open[3].yes();
  await ticks();
  assert.equal(settled, true);
  assert.equal(journal.depth, 0);
});

test('The journal never has more than its window open', () => {
  const { open, ask } = byHand();
  const journal = new Journal({ ask, onRefused: assert.fail });
  for (let n = 0; n < 100; n++) journal.add('message', { n });
  assert.equal(open.length, 32);
  assert.equal(journal.depth, 100);
});

test('A refusal ends the journal once, for everything waiting and to come', async () => {
  const { open, ask } = byHand();
  const refused = [];
  const journal = new Journal({ ask, onRefused: fault => refused.push(fault.code) });
  const first = journal.add('message', {});
  const waiting = journal.settled();
  open[0].no(new Fault('store_failed', 'disk', { retryable: false }));
  await assert.rejects(first, { code: 'store_failed' });
  await assert.rejects(waiting, { code: 'store_failed' });
  await assert.rejects(journal.add('message', {}), { code: 'store_failed' });
  await assert.rejects(journal.settled(), { code: 'store_failed' });
  assert.deepEqual(refused, ['store_failed']);
});

function keyStore(ask = async () => ({ ok: { entries: [] }, blob: null })) {
  const hand = byHand();
  const journal = new Journal({ ask: hand.ask, onRefused: assert.fail });
  return { hand, keys: new KeyStore({ ask, journal, onFailure: assert.fail }) };
}

test('A key written is read back at once, as an object of one\'s own, before and after it is stored', async () => {
  const { hand, keys } = keyStore();
  await keys.set({ 'device-list': { bob: ['0'] }, session: { a: { bytes: Buffer.from([1, 2]) } } });
  (await keys.get('device-list', ['bob'])).bob.push('1');
  assert.deepEqual(await keys.get('device-list', ['bob', 'eve']), { bob: ['0'] });
  const flushed = keys.flush();
  assert.deepEqual((await keys.get('session', ['a'])).a.bytes, Buffer.from([1, 2]));
  hand.open[0].yes();
  await flushed;
  assert.deepEqual(await keys.get('device-list', ['bob']), { bob: ['0'] });
  await keys.set({ 'device-list': { bob: null } });
  assert.deepEqual(await keys.get('device-list', ['bob']), {});
});

test('The library may take the methods of the key store out of it', async () => {
  const { get, set, transaction } = keyStore().keys;
  await transaction(() => set({ 'pre-key': { 1: { private: Buffer.from('a') } } }), 'k');
  assert.deepEqual((await get('pre-key', ['1']))['1'].private, Buffer.from('a'));
});

test('While a message is decrypted no key goes out; then it does, after the message', async () => {
  const { hand, keys } = keyStore();
  keys.hold();
  await keys.set({ session: { a: 1 } });
  let done = false;
  keys.flush().then(() => { done = true; });
  await ticks();
  assert.equal(hand.open.length, 0);
  keys.release();
  assert.equal(hand.open.length, 1);
  hand.open[0].yes();
  await ticks();
  assert.equal(done, true);
});

test('Writes during a batch wait for its end and then go together', async () => {
  const { hand, keys } = keyStore();
  await keys.set({ session: { a: 1 } });
  keys.flush();
  for (const id of ['b', 'c', 'd']) {
    await keys.set({ session: { [id]: 1 } });
    keys.flush();
  }
  const all = keys.flush();
  assert.equal(hand.open.length, 1);
  hand.open[0].yes();
  await ticks();
  assert.deepEqual(hand.open[1].fields.entries.map(entry => entry.id), ['b', 'c', 'd']);
  hand.open[1].yes();
  await all;
});

test('Reading pauses when the gateway is behind, resumes when it caught up, and is given up when that takes too long', context => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const raw = { readyState: 1, isPaused: false, pause() { this.isPaused = true; }, resume() { this.isPaused = false; } };
  const session = { journal: { depth: 0, bytes: 0 }, link: { sock: { ws: { socket: raw } } } };
  let gaveUp = 0;
  const pressure = new Pressure(session, () => gaveUp++);
  const at = (depth, bytes = 0) => {
    Object.assign(session.journal, { depth, bytes });
    pressure.changed();
    return raw.isPaused;
  };
  assert.deepEqual([at(PAUSE_AT - 1), at(PAUSE_AT), at(RESUME_AT + 1), at(RESUME_AT)], [false, true, true, false]);
  assert.deepEqual([at(1, 9 * 1024 * 1024), at(1, 1)], [true, false]);
  context.mock.timers.tick(60_000);
  assert.equal(gaveUp, 0);
  at(PAUSE_AT);
  context.mock.timers.tick(60_000);
  assert.equal(gaveUp, 1);
});

test('A large write is split below the blob limit', async () => {
  const { hand, keys } = keyStore();
  const big = 'x'.repeat(3 * 1024 * 1024);
  await keys.set({ session: { a: big, b: big, c: big } });
  keys.flush();
  for (let at = 0; at < 3; at++) {
    await ticks();
    assert.ok(hand.open[at].blob.length < 8 * 1024 * 1024);
    hand.open[at].yes();
  }
});

test('Transactions under one key wait for each other, nested ones do not', async () => {
  const { keys } = keyStore();
  const order = [];
  const one = keys.transaction(async () => {
    order.push('one');
    await ticks();
    await keys.transaction(async () => order.push('inner'), 'k');
    order.push('one ends');
  }, 'k');
  const two = keys.transaction(async () => order.push('two'), 'k');
  await Promise.all([one, two]);
  assert.deepEqual(order, ['one', 'inner', 'one ends', 'two']);
  await assert.rejects(keys.transaction(async () => { throw new Error('no'); }, 'k'), /no/);
  await keys.transaction(async () => order.push('three'), 'k');
});

test('The gate keeps back receipts and messages, lets questions pass, and shuts for good', async () => {
  let settle;
  const written = [];
  const told = [];
  const gate = new Gate({ settled: () => new Promise(resolve => { settle = resolve; }), onMessage: id => told.push(id), receive: () => {} });
  const write = async stanza => written.push(stanza.attrs.id);
  await gate.pass({ tag: 'iq', attrs: { id: 'q', xmlns: 'usync', type: 'get' } }, write);
  assert.deepEqual(written, ['q']);
  await gate.pass({ tag: 'receipt', attrs: { id: 'r' } }, write); // does not hold up its sender
  const message = gate.pass({ tag: 'message', attrs: { id: 'm' } }, write);
  await ticks();
  assert.deepEqual(written, ['q']);
  settle();
  await message;
  assert.deepEqual([written.includes('m'), told], [true, ['m']]);
  const late = gate.pass({ tag: 'message', attrs: { id: 'late' } }, write);
  gate.shut();
  settle();
  await assert.rejects(late, /Closed/);
  await assert.rejects(gate.pass({ tag: 'iq', attrs: { id: 'x', xmlns: 'usync' } }, write), /Closed/);
  assert.equal(told.includes('late'), false);
});

test('Back-off grows with jitter and has an end', () => {
  for (const [failures, most] of [[0, 1000], [1, 2000], [5, 32_000], [6, 60_000], [50, 60_000]]) {
    assert.equal(backoffMs(failures, () => 0), 0);
    assert.ok(backoffMs(failures, () => 0.999) <= most && backoffMs(failures, () => 0.999) > most * 0.99);
  }
});

test('A removed device without a code is unlinked, not replaced', () => {
  const boom = (statusCode, data, message = 'Stream Errored') => ({ message, output: { statusCode }, data });
  assert.equal(judge(boom(440, { tag: 'conflict', attrs: { type: 'device_removed' } })).reason, 'unlinked');
  assert.equal(judge(boom(440, { tag: 'conflict', attrs: { type: 'replaced' } })).reason, 'replaced');
  assert.equal(judge(boom(408, undefined, 'QR refs attempts ended')).reason, 'expired');
  assert.equal(judge(boom(408, undefined, 'Connection was lost')).reason, 'lost');
  assert.equal(judge(boom(405, undefined, 'WebSocket Error (Unexpected server response: 405)')).reason, 'network');
  assert.equal(judge(undefined).again, 'later');
  for (const code of [401, 403, 406]) assert.equal(judge(boom(code)).wipe, true);
  for (const code of [402, 405, 440]) assert.ok(!judge(boom(code)).wipe);
});

test('Sends: unwritten is an error, written is uncertain, too many are refused', async () => {
  const sends = new Sends({ record: async () => {}, timeoutMs: 60_000 });
  const never = () => new Promise(() => {});
  const unwritten = sends.run({ id: 'a', chat: 'c', relay: never });
  const written = sends.run({ id: 'b', chat: 'c', relay: async () => sends.writing('b') });
  await ticks();
  sends.disconnected('disconnected');
  await assert.rejects(unwritten, { code: 'not_connected' });
  assert.deepEqual(await written, { outcome: 'uncertain', message_id: 'b' });
  for (let n = 0; n < 64; n++) sends.run({ id: `x${n}`, chat: 'c', relay: never }).catch(() => {});
  await assert.rejects(sends.run({ id: 'y', chat: 'c', relay: never }), { code: 'busy' });
  sends.disconnected('stopped');
});
