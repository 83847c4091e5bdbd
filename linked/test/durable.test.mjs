import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './support/process.mjs';
import { makeWorld, messageId } from './support/world.mjs';

async function scene(suite, session = 's1') {
  const world = await makeWorld();
  suite.after(() => world.close());
  const us = await world.linked(session);
  const bob = await world.contact({ name: 'Bob' });
  return { ...world, us, bob };
}

/** Something that need not wait for the store goes out and arrives: had anything else been on its way, it would be there by now. */
async function sidecarIsAlive(gateway, wa, bob) {
  const since = await wa.seq();
  await gateway.ask('typing.send', { session: 's1', chat: bob.jid, state: 'paused' });
  await wa.wait('typing', { since });
}

const receiptsFor = async (wa, us, id) => (await wa.get('/journal', { what: 'device_receipt', pn: us.pn })).entries.filter(entry => entry.ids.includes(id));

test('Neither receipt nor acknowledgement leaves before the message is stored', async suite => {
  const { gateway, wa, us, bob } = await scene(suite);
  gateway.hold('message');
  const { id } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'keep me' });
  await gateway.message('s1', frame => frame.message_id === id);
  await sidecarIsAlive(gateway, wa, bob);
  assert.deepEqual(await receiptsFor(wa, us, id), []);
  assert.equal((await wa.queue(us.pn)).some(node => node.attrs.id === id), true);
  gateway.release('message');
  await wa.wait('device_receipt', { pn: us.pn, ids: id });
  await wa.device(us.pn, { queued: 0 });
});

test('Nor before the keys it changed are stored, and the message goes first', async suite => {
  const { gateway, wa, us, bob } = await scene(suite);
  const { id: warm } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'warm up' });
  await wa.wait('device_receipt', { pn: us.pn, ids: warm });
  const since = gateway.mark;
  gateway.hold('keys.set');
  const { id } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'keys too' });
  await gateway.op('s1', 'keys.set', undefined, { since });
  const order = gateway.seen.slice(since).filter(frame => frame.op === 'message' || frame.op === 'keys.set').map(frame => frame.op);
  assert.deepEqual(order.slice(0, 2), ['message', 'keys.set']);
  await sidecarIsAlive(gateway, wa, bob);
  assert.deepEqual(await receiptsFor(wa, us, id), []);
  gateway.release('keys.set');
  await wa.wait('device_receipt', { pn: us.pn, ids: id });
});

test('Prekeys are uploaded once, kept, used, and replenished when few are left', async suite => {
  const { gateway, wa, us, bob } = await scene(suite);
  const [before] = (await wa.get('/account', { pn: us.pn })).devices;
  assert.ok(before.preKeys >= 800, `${before.preKeys} prekeys`);
  const preKeys = () => [...gateway.keysOf('s1').keys()].filter(name => name.startsWith('pre-key ')).length;
  assert.ok(preKeys() >= 800);
  await gateway.ask('session.stop', { session: 's1' });
  const since = gateway.mark;
  await gateway.ask('session.start', { session: 's1', settings: wa.settings() });
  await gateway.state('s1', 'working', { since });
  assert.equal(gateway.seen.slice(since).some(frame => frame.op === 'keys.set' && frame.entries.some(entry => entry.type === 'pre-key' && !entry.deleted)), false);
  const { id } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'takes one' });
  await gateway.message('s1', frame => frame.message_id === id);
  await wa.post('/prekeys', { pn: us.pn, keep: 2, low: 5 });
  await wa.device(us.pn, { preKeysMin: 5 });
  assert.deepEqual(gateway.seen.filter(frame => frame.event === 'fault'), []);
});

test('A message of ours does not leave before its bytes and its keys are stored', async suite => {
  for (const op of ['sent', 'keys.set']) {
    await suite.test(op, async inner => {
      const { gateway, wa, us, bob } = await scene(inner);
      await gateway.ask('message.send', { session: 's1', message_id: messageId(), to: bob.jid, content: { kind: 'text', text: 'warm up' } });
      await gateway.op('s1', 'keys.set', frame => frame.entries.some(entry => entry.type === 'tctoken' && entry.id !== '__index')); // the last of what a first message causes
      await until(async () => (await gateway.ask('stats', { session: 's1' })).sessions[0].queue === 0, 'nothing else is being stored');
      const since = gateway.mark;
      gateway.hold(op);
      const id = messageId();
      const sending = gateway.ask('message.send', { session: 's1', message_id: id, to: bob.jid, content: { kind: 'text', text: 'hold on' } });
      await gateway.op('s1', op, undefined, { since });
      await sidecarIsAlive(gateway, wa, bob);
      assert.deepEqual((await wa.get('/journal', { what: 'message', pn: us.pn, id })).entries, []);
      gateway.release(op);
      assert.equal((await sending).outcome, 'accepted');
    });
  }
});

test('Killed between storing a message and its keys: it comes again and decrypts', async suite => {
  const { gateway, wa, us, bob } = await scene(suite);
  const { id: warm } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'warm up' });
  await wa.wait('device_receipt', { pn: us.pn, ids: warm });
  let since = gateway.mark;
  gateway.hold('keys.set');
  const { id } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'twice' });
  await gateway.op('s1', 'keys.set', undefined, { since });
  await gateway.kill();
  gateway.held.clear();
  since = gateway.mark;
  await gateway.start();
  await gateway.ask('session.start', { session: 's1', settings: wa.settings() });
  const again = await gateway.message('s1', frame => frame.message_id === id, { since });
  assert.equal(again.content.text, 'twice');
  await wa.device(us.pn, { queued: 0 });
  const { id: next } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'after' });
  assert.equal((await gateway.message('s1', frame => frame.message_id === next)).content.text, 'after');
  assert.equal(gateway.seen.some(frame => frame.event === 'undecryptable'), false);
});

test('A new process needs no new linking, and answers those who ask for old messages again', async suite => {
  const { gateway, wa, us, bob } = await scene(suite);
  const old = messageId();
  const { id: warm } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'so that both have a session' });
  await wa.wait('device_receipt', { pn: us.pn, ids: warm });
  const known = messageId();
  await gateway.ask('message.send', { session: 's1', message_id: known, to: bob.jid, content: { kind: 'text', text: 'warm too' } });
  await gateway.op('s1', 'receipt', frame => frame.message_ids.includes(known));
  await wa.post('/phone/online', { pn: bob.pn, online: false });
  await gateway.ask('message.send', { session: 's1', message_id: old, to: bob.jid, content: { kind: 'text', text: 'before the restart' } });
  await gateway.kill();
  const since = gateway.mark;
  await gateway.start();
  await gateway.ask('session.start', { session: 's1', settings: wa.settings() });
  await gateway.state('s1', 'working', { since });
  await wa.post('/phone/forget', { pn: bob.pn });
  await wa.post('/phone/online', { pn: bob.pn, online: true });
  const got = await wa.arrived(bob.pn, { id: old, text: 'before the restart' });
  await wa.arrived(bob.pn, { id: old, 'error!': '' });
  assert.deepEqual(got.encs, ['pkmsg']);
  await gateway.op('s1', 'message.get', frame => frame.message_id === old, { since });
  assert.equal(gateway.seen.slice(since).some(frame => frame.event === 'qr' || frame.op === 'paired'), false);
  assert.equal((await gateway.ask('message.send', { session: 's1', message_id: messageId(), to: bob.jid, content: { kind: 'text', text: 'after' } })).outcome, 'accepted');
});

test('What cannot be decrypted is said and asked for again', async suite => {
  const { gateway, wa, us, bob } = await scene(suite);
  const { id } = await wa.post('/phone/garbage', { from: bob.pn, to: us.pn });
  const said = await gateway.event('s1', 'undecryptable', frame => frame.message_id === id);
  assert.equal(said.chat, bob.jid);
  await wa.wait('device_receipt', { pn: us.pn, ids: id, type: 'retry' });
});

test('A passing failure to store is tried again; a lasting one ends the session and nothing is acknowledged', async suite => {
  const { gateway, wa, us, bob } = await scene(suite);
  let times = 2;
  gateway.refuse = frame => (frame.op === 'message' && times-- > 0 ? { code: 'store_failed', retryable: true } : null);
  const { id } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'third time lucky' });
  await wa.wait('device_receipt', { pn: us.pn, ids: id });
  const tries = gateway.seen.filter(frame => frame.op === 'message' && frame.message_id === id);
  assert.equal(tries.length, 3);
  assert.equal(new Set(tries.map(frame => frame.seq)).size, 1);

  gateway.refuse = frame => (frame.op === 'message' ? { code: 'store_failed', retryable: false } : null);
  const { id: lost } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'no room' });
  assert.equal((await gateway.state('s1', 'failed')).reason, 'store_refused');
  assert.deepEqual(await receiptsFor(wa, us, lost), []);
  gateway.refuse = () => null;
  const since = gateway.mark;
  await gateway.ask('session.stop', { session: 's1' });
  await gateway.ask('session.start', { session: 's1', settings: wa.settings() });
  await gateway.message('s1', frame => frame.message_id === lost, { since });
  await wa.device(us.pn, { queued: 0 });
});

test('Keys that cannot be read for a moment are asked for again; for good, the session fails without going on', async suite => {
  const { gateway, wa, us, bob } = await scene(suite);
  let times = 2;
  gateway.refuse = frame => (frame.op === 'keys.get' && times-- > 0 ? { code: 'store_failed', retryable: true } : null);
  const { id } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'first words' });
  assert.equal((await gateway.message('s1', frame => frame.message_id === id)).content.text, 'first words');
  const carol = await world2(wa);
  gateway.refuse = frame => (frame.op === 'keys.get' ? { code: 'store_failed', retryable: false } : null);
  const { id: lost } = await wa.send(carol, us.pn, { kind: 'text', text: 'unreadable' });
  await gateway.state('s1', 'failed');
  assert.deepEqual(await receiptsFor(wa, us, lost), []);
  gateway.refuse = () => null;
  await gateway.ask('session.stop', { session: 's1' });
  await gateway.ask('session.start', { session: 's1', settings: wa.settings() });
  assert.equal((await gateway.message('s1', frame => frame.message_id === lost)).content.text, 'unreadable');
});

const world2 = async wa => {
  await wa.account('15559990001');
  return '15559990001';
};

test('A gateway that does not answer is not buried: the queue is bounded, and all comes once it answers', async suite => {
  const { gateway, wa, us, bob } = await scene(suite);
  gateway.hold('message');
  const { ids } = await wa.post('/phone/burst', { from: bob.pn, to: us.pn, count: 700 });
  await until(async () => (await gateway.ask('stats', { session: 's1' })).sessions[0].queue >= 100, 'the queue fills');
  const { sessions: [full] } = await gateway.ask('stats', { session: 's1' });
  assert.ok(full.queue < 300, `queue ${full.queue}`);
  gateway.release('message');
  await until(() => ids.every(id => gateway.seen.some(frame => frame.op === 'message' && frame.message_id === id)), 'all messages come', 120_000);
  await wa.device(us.pn, { queued: 0 });
});
