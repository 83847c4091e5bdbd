// The delivery queue and the journal by themselves: order, batches, what settles, bounds.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { DeliveryQueue } from '../src/world/delivery_queue.mjs';
import { Journal } from '../src/journal.mjs';
import { ShapedWriter, checkShape } from '../src/transport/shape.mjs';
import { el } from '../src/nodes.mjs';

function deviceWithQueue() {
  const sent = [];
  const device = { name: 'x', connection: { send: (node) => (sent.push(node), true) } };
  return { sent, queue: new DeliveryQueue(device), device };
}
const message = (id) => el('message', { id: String(id) });
const ids = (sent) => sent.filter((node) => node.tag === 'message').map((node) => node.attrs.id);

test('a backlog goes in batches, the next when the last is settled, then live', () => {
  const { sent, queue } = deviceWithQueue();
  for (let id = 1; id <= 5; id++) queue.push(message(id));
  let told;
  queue.wake((count) => { told = count; });
  queue.nextBatch(2);
  assert.deepEqual(ids(sent), ['1', '2']);
  queue.push(message(6));
  for (const id of ['1', '2']) assert.ok(queue.settle((node) => node.attrs.id === id));
  assert.deepEqual(ids(sent), ['1', '2', '3', '4']);
  assert.equal(told, undefined);
  for (const id of ['3', '4']) queue.settle((node) => node.attrs.id === id);
  assert.deepEqual(ids(sent), ['1', '2', '3', '4', '5', '6']);
  assert.deepEqual(sent.filter((node) => node.attrs.offline).length, 5);
  assert.equal(told, 5);
  queue.sleep();
});

test('what is not settled is sent again after a reconnect', () => {
  const { sent, queue } = deviceWithQueue();
  queue.wake();
  queue.push(message(1));
  queue.push(message(2));
  queue.settle((node) => node.attrs.id === '1');
  queue.sleep();
  queue.wake();
  queue.nextBatch(100);
  assert.deepEqual(ids(sent), ['1', '2', '2']);
  assert.equal(queue.size, 1);
});

test('a stanza that was not sent cannot be settled', () => {
  const { queue } = deviceWithQueue();
  queue.push(message(1));
  assert.equal(queue.settle(() => true), false);
});

test('waits end with what fits, with nothing at the timeout, and when the journal closes', async () => {
  const journal = new Journal();
  journal.append('inbox', { id: 'a' });
  assert.equal((await journal.wait('inbox', (entry) => entry.id === 'a'))[0].id, 'a');
  const two = journal.wait('inbox', () => true, { since: journal.seq, count: 2 });
  journal.append('inbox', { id: 'b' });
  journal.append('other', { id: 'c' });
  journal.append('inbox', { id: 'd' });
  assert.deepEqual((await two).map((entry) => entry.id), ['b', 'd']);
  assert.equal(await journal.wait('inbox', () => false, { timeout: 5 }), undefined);
  const forever = journal.wait('inbox', () => false, { timeout: 1e6 });
  journal.close();
  assert.equal(await forever, undefined);
});

test('the journal keeps a bounded number of entries', () => {
  const journal = new Journal();
  for (let index = 0; index < 10000; index++) journal.append('stanza', { index });
  assert.ok(journal.entries('stanza').length <= 3600);
  assert.equal(journal.entries('stanza').at(-1).index, 9999);
});

test('whatever the shape, the same bytes come out in the same order', async () => {
  for (const wish of [{}, { pieces: 'bytes' }, { pieces: 'random', coalesce: true, seed: 7 }, { coalesce: true }, { latency: 1, pieces: 'random' }]) {
    const out = [];
    const writer = new ShapedWriter((bytes) => out.push(Buffer.from(bytes)));
    writer.set(checkShape(wish));
    const frames = Array.from({ length: 20 }, (_, index) => Buffer.alloc(1 + index * 37, index));
    for (const frame of frames) writer.push(frame);
    await writer.drained();
    assert.ok(Buffer.concat(out).equals(Buffer.concat(frames)), JSON.stringify(wish));
    if (wish.pieces && !wish.coalesce) assert.ok(out.length > frames.length);
  }
  assert.throws(() => checkShape({ pieces: 'halves' }));
  assert.throws(() => checkShape({ nonsense: 1 }));
});
