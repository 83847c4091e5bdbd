import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeWorld, messageId } from './support/world.mjs';

let world;
let gateway;
let wa;
let bob;
before(async () => {
  world = await makeWorld();
  ({ gateway, wa } = world);
  bob = await world.contact();
});
after(() => world.close());

const text = (session, id, more = {}) => gateway.ask('message.send', { session, message_id: id, to: bob.jid, content: { kind: 'text', text: `text ${id}` }, ...more });
const stop = session => gateway.ask('session.stop', { session });

test('515 reconnects at once; a cut connection after a while; both work again', async () => {
  const { pn } = await world.linked('again');
  let since = gateway.mark;
  await wa.post('/kick', { pn, how: '515' });
  const restart = await gateway.state('again', 'starting', { since });
  assert.equal(restart.reason, 'restart');
  await gateway.state('again', 'working', { since });
  for (const [how, reason] of [['drop', 'closed'], ['503', 'server'], ['xmlstreamend', 'closed']]) {
    since = gateway.mark;
    await wa.post('/kick', { pn, how });
    const lost = await gateway.state('again', 'disconnected', { since });
    assert.equal(lost.reason, reason, how);
    assert.ok(lost.next_retry >= lost.next_retry - 1 && lost.next_retry <= Date.now() + 60_000);
    await gateway.state('again', 'working', { since });
  }
  assert.equal((await text('again', messageId())).outcome, 'accepted');
  await stop('again');
});

test('Endless restarts are slowed down', async () => {
  const { pn } = await world.linked('restarts');
  const since = gateway.mark;
  await wa.post('/faults/logins', { pn, failures: ['515', '515', '515', '515'] });
  await wa.post('/kick', { pn, how: '515' });
  const slowed = await gateway.state('restarts', 'disconnected', { since });
  assert.equal(slowed.reason, 'restart');
  await gateway.state('restarts', 'working', { since });
  await stop('restarts');
});

test('Replaced elsewhere stays replaced', async () => {
  const { pn } = await world.linked('replaced');
  await wa.post('/kick', { pn, how: 'replaced' });
  const said = await gateway.state('replaced', 'replaced');
  assert.deepEqual([said.code, said.next_retry], [440, null]);
  await assert.rejects(text('replaced', messageId()), { code: 'not_connected', state: 'replaced' });
  const since = gateway.mark;
  await stop('replaced');
  await gateway.ask('session.start', { session: 'replaced', settings: wa.settings() });
  await gateway.state('replaced', 'working', { since });
  await stop('replaced');
});

test('Unlinked by the phone: keys wiped before it is said, and linking again is possible', async () => {
  const { pn } = await world.linked('unlinked');
  const since = gateway.mark;
  await wa.post('/unlink', { pn });
  const said = await gateway.state('unlinked', 'logged_out', { since });
  assert.deepEqual([said.reason, said.code], ['unlinked', 401]);
  const order = gateway.seen.slice(since).filter(frame => frame.op === 'keys.wipe' || (frame.event === 'state' && frame.state === 'logged_out')).map(frame => frame.op ?? frame.event);
  assert.deepEqual(order, ['keys.wipe', 'state']);
  assert.equal(gateway.keysOf('unlinked').size, 0);
  await gateway.ask('session.pair', { session: 'unlinked', method: 'qr' });
  await gateway.event('unlinked', 'qr', undefined, { since });
  await stop('unlinked');
});

for (const [code, state, reason, wiped, failure] of [
  ['401', 'logged_out', 'unlinked', true], ['403', 'banned', 'locked', true], ['406', 'banned', 'banned', true], ['402', 'banned', 'temporary_ban', false, { reason: 402, code: 101, expire: 3600 }],
  ['405', 'outdated', 'outdated', false], ['409', 'failed', 'client_refused', false],
]) {
  test(`A login refused with ${code} ends in ${state} and is not tried again`, async () => {
    const session = `login${code}`;
    const { pn } = await world.linked(session);
    const since = gateway.mark;
    await wa.post('/faults/logins', { pn, failures: [failure ?? code] });
    await wa.post('/kick', { pn, how: '515' });
    const said = await gateway.state(session, state, { since });
    assert.deepEqual([said.reason, said.code, said.next_retry], [reason, Number(code), null]);
    if (failure) assert.ok(said.until > Date.now() + 3_000_000 && said.until < Date.now() + 3_700_000);
    assert.equal(gateway.keysOf(session).size === 0, wiped);
    await stop(session);
  });
}

test('A login refused with 503 or an upgrade with 503 is tried again', async () => {
  const { pn } = await world.linked('retry503');
  const since = gateway.mark;
  await wa.post('/faults/logins', { pn, failures: ['503'] });
  await wa.post('/kick', { pn, how: '515' });
  assert.equal((await gateway.state('retry503', 'disconnected', { since })).reason, 'server');
  await gateway.state('retry503', 'working', { since });
  const later = gateway.mark;
  await wa.post('/faults/upgrades', { statuses: [405, 'cut'] });
  await wa.post('/kick', { pn, how: '515' });
  assert.equal((await gateway.state('retry503', 'disconnected', { since: later })).reason, 'network');
  await gateway.state('retry503', 'working', { since: later });
  await stop('retry503');
});

test('A server whose certificate chain is not WhatsApp\'s own is not trusted', async () => {
  await world.linked('chain');
  await stop('chain');
  for (const kind of ['other_root', 'forged_leaf', 'other_static', 'wrong_issuer', 'expired']) {
    const since = gateway.mark;
    await wa.post('/certificate', { kind });
    await gateway.ask('session.start', { session: 'chain', settings: wa.settings() });
    const said = await gateway.find(frame => frame.event === 'state' && frame.session === 'chain' && ['failed', 'working', 'disconnected'].includes(frame.state), { since });
    assert.deepEqual([kind, said.state, said.reason], [kind, 'failed', 'untrusted_server']);
    await stop('chain');
  }
  await wa.post('/certificate', { kind: 'good' });
});

test('A refusal of one message is the answer to its send, and stored first', async () => {
  const { pn } = await world.linked('refused');
  for (const [code, reason] of [[463, 'restricted'], [406, 'not_acceptable'], [500, 'other']]) {
    await wa.post('/faults/acks', { pn, codes: [code] });
    const id = messageId();
    await assert.rejects(text('refused', id), { code: 'refused', wa_code: code, reason, retryable: false });
    const ack = gateway.seen.find(frame => frame.op === 'ack' && frame.message_id === id);
    assert.deepEqual([ack.outcome, ack.wa_code, ack.reason], ['refused', code, reason]);
  }
  await stop('refused');
});

test('A stale device list (479) is refreshed and the same message sent once more; twice is a refusal', async () => {
  const { pn } = await world.linked('stale');
  await wa.post('/faults/acks', { pn, codes: [479] });
  const id = messageId();
  assert.equal((await text('stale', id)).outcome, 'accepted');
  await wa.arrived(bob.pn, { id });
  await wa.post('/faults/acks', { pn, codes: [479, 479] });
  await assert.rejects(text('stale', messageId()), { code: 'refused', wa_code: 479, reason: 'bad_addressing' });
  await stop('stale');
});

test('A connection lost before the acknowledgement is uncertain, is not repeated, and a receipt settles it', async () => {
  const { pn } = await world.linked('unsure');
  await text('unsure', messageId());
  const since = gateway.mark;
  await wa.post('/faults/drop', { pn, when: 'after' });
  const id = messageId();
  assert.deepEqual(await text('unsure', id), { outcome: 'uncertain', message_id: id });
  assert.equal(gateway.seen.some(frame => frame.op === 'ack' && frame.message_id === id), false);
  await gateway.state('unsure', 'working', { since });
  await gateway.op('unsure', 'receipt', frame => frame.message_ids.includes(id));
  const arrived = await wa.get('/inbox', { pn: bob.pn, id });
  assert.equal(arrived.entries.length, 1);
  await stop('unsure');
});

test('No acknowledgement in time is uncertain too', async () => {
  const { pn } = await world.linked('silent', { settings: { ack_timeout_ms: 1000 } });
  await wa.post('/faults/drop', { pn, when: 'swallow' });
  const id = messageId();
  assert.deepEqual(await text('silent', id), { outcome: 'uncertain', message_id: id });
  await stop('silent');
});

test('An acknowledgement after all settles an uncertain message', async () => {
  const { pn } = await world.linked('late', { settings: { ack_timeout_ms: 300 } });
  await wa.post('/faults/ack-delay', { pn, milliseconds: 1500 });
  const id = messageId();
  assert.equal((await text('late', id)).outcome, 'uncertain');
  assert.equal((await gateway.op('late', 'ack', frame => frame.message_id === id)).outcome, 'accepted');
  await stop('late');
});

test('Trouble of one session leaves the others alone', async () => {
  const one = await world.linked('one');
  await world.linked('two');
  const since = gateway.mark;
  await wa.post('/kick', { pn: one.pn, how: 'ban' });
  await gateway.state('one', 'banned', { since });
  assert.equal((await text('two', messageId())).outcome, 'accepted');
  assert.deepEqual(gateway.seen.slice(since).filter(frame => frame.session === 'two' && frame.event === 'state'), []);
});

test('No event of this file was a fault', () => {
  assert.deepEqual(gateway.seen.filter(frame => frame.event === 'fault'), []);
});
