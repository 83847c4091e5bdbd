// How a linked device's connection can end, and what comes after.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Client, paired, person, startFake } from './support.mjs';

describe('connections', () => {
  let fake;
  const clients = [];
  const own = (client) => (clients.push(client), client);
  let next = 15550001000;
  const fresh = async () => {
    const pn = String(++next);
    return own(await paired(fake, pn, { history: false }));
  };
  /** One device for all tests that leave it linked: logging in again is much cheaper than pairing. */
  let standing;
  const live = async () => {
    if (!standing) return (standing = await fresh());
    const { pn } = standing;
    await standing.stop();
    standing = again(standing);
    standing.pn = pn;
    await standing.open();
    return standing;
  };
  const again = (client, config) => own(new Client(fake, { auth: client.auth, config }).connect());
  before(async () => { fake = await startFake(); });
  after(async () => {
    await Promise.all(clients.map((client) => client.stop()));
    assert.deepEqual((await fake.admin.get('/state')).errors, []);
    await fake.close();
  });

  test('a second login with the same keys replaces the first', async () => {
    const first = await fresh();
    const second = again(first);
    assert.equal(await first.closed(), 440);
    await second.open();
    assert.equal((await fake.admin.get('/account', { pn: first.pn })).devices[0].logins, 2);
  });

  test('a device unlinked by the phone is told 401, and 401 again when it comes back', async () => {
    const client = await fresh();
    await fake.admin.post('/unlink', { pn: client.pn });
    assert.equal(await client.closed(), 401);
    assert.equal(await again(client).closed(), 401);
  });

  test('a device that logs out is gone', async () => {
    const client = await fresh();
    await client.sock.logout();
    await fake.admin.wait('unlinked', { pn: client.pn });
    assert.deepEqual((await fake.admin.get('/account', { pn: client.pn })).devices, []);
  });

  for (const [how, code] of [['replaced', 440], ['503', 503], ['500', 500], ['drop', 428], ['close', 428], ['xmlstreamend', 428]]) {
    test(`a connection ended by ${how} is seen as ${code}, and the device may come back`, async () => {
      const client = await live();
      await fake.admin.post('/kick', { pn: client.pn, how });
      assert.equal(await client.closed(), code);
      await again(client).open();
    });
  }

  test('a restart asked for later, 515, is followed by a new login', async () => {
    const client = await live();
    const seen = client.events.length;
    const before = (await fake.admin.get('/account', { pn: client.pn })).devices[0].logins;
    await fake.admin.post('/kick', { pn: client.pn, how: '515' });
    await client.open({ since: seen });
    const { logins } = await fake.admin.get('/wait/device', { pn: client.pn, active: 'true' });
    assert.ok(logins > before);
  });

  test('a banned account gets 403', async () => {
    const client = await live();
    await fake.admin.post('/kick', { pn: client.pn, how: 'ban' });
    await client.closed();
    assert.equal(await again(client).closed(), 403);
    await fake.admin.post('/account', { pn: client.pn, banned: false });
    await again(client).open();
  });

  for (const reason of [403, 405, 406, 503]) {
    test(`a login refused with ${reason} is seen as that, once`, async () => {
      const client = await live();
      await client.stop();
      await fake.admin.post('/faults/logins', { pn: client.pn, failures: [reason] });
      assert.equal(await again(client).closed(), reason);
      await again(client).open();
    });
  }

  test('a temporary ban tells its reason and its end', async () => {
    const client = await live();
    await client.stop();
    await fake.admin.post('/faults/logins', { pn: client.pn, failures: [{ reason: 402, code: 101, expire: 3600 }] });
    const back = again(client);
    assert.equal(await back.closed(), 402);
    const [{ lastDisconnect }] = back.of('connection.update').filter((update) => update.lastDisconnect);
    assert.equal(lastDisconnect.error.data.code, '101');
    assert.equal(lastDisconnect.error.data.expire, '3600');
  });

  test('clients older than the least version get 405', async () => {
    const client = await live();
    await client.stop();
    await fake.admin.post('/settings', { minVersion: 2000 });
    assert.equal(await again(client, { version: [2, 3000, 1999] }).closed(), 405);
    await again(client, { version: [2, 3000, 2000] }).open();
    await fake.admin.post('/settings', { minVersion: 0 });
  });

  test('an upgrade is refused with an HTTP status, which the client itself does not act on; a cut one is a connection error', async () => {
    const client = await live();
    await client.stop();
    await fake.admin.post('/faults/upgrades', { statuses: [503, 'cut'] });
    assert.equal(await again(client).on('refused-upgrade'), 503);
    assert.equal(await again(client).closed(), 408);
    await again(client).open();
  });

  test('messages written while a device is away reach it when it is back, in order and as old ones', async () => {
    const client = await live();
    await client.stop();
    await fake.admin.get('/wait/device', { pn: client.pn, online: 'false' });
    await fake.admin.post('/accounts', { pn: '15550001900' });
    const { ids } = await fake.admin.post('/phone/burst', { from: '15550001900', to: client.pn, count: 250, text: 'away' });
    await fake.admin.get('/wait/device', { pn: client.pn, queued: '250', timeout: '90000' });
    const back = again(client);
    await back.text('away 249');
    const got = back.of('message').filter((message) => ids.includes(message.key.id));
    assert.deepEqual(got.map((message) => message.key.id), ids);
    assert.ok(got.every((message) => message.upsert === 'append'));
    const preview = back.of('frame').find((frame) => frame.content?.[0]?.tag === 'offline_preview');
    assert.equal(preview.content[0].attrs.message, '250');
    await fake.admin.get('/wait/device', { pn: client.pn, queued: '0', timeout: '90000' });
    await fake.admin.post('/phone/send', { from: '15550001900', to: client.pn, kind: 'text', text: 'live' });
    assert.equal((await back.text('live')).upsert, 'notify');
  });

  test('a message that was not acknowledged comes again after a reconnect', async () => {
    const client = await live();
    await fake.admin.post('/accounts', { pn: '15550001901' });
    client.sock.ws.removeAllListeners('CB:message'); // a client that dies before it has taken the message
    const { id } = await fake.admin.post('/phone/send', { from: '15550001901', to: client.pn, kind: 'text', text: 'kept' });
    await client.on('frame', (frame) => frame.attrs?.id === id);
    await client.stop();
    await again(client).text('kept');
  });

  test('what is held back for a device comes after the flush', async () => {
    const client = await live();
    await fake.admin.post('/accounts', { pn: '15550001902' });
    await fake.admin.post('/hold', { pn: client.pn });
    await fake.admin.post('/phone/send', { from: '15550001902', to: client.pn, kind: 'text', text: 'held' });
    await fake.admin.get('/wait/device', { pn: client.pn, queued: '1' });
    assert.equal(client.of('message').some((message) => message.message?.conversation === 'held'), false);
    await fake.admin.post('/flush', { pn: client.pn });
    await client.text('held');
    assert.equal(client.sock.user.id, person(client.pn).replace('@', ':1@'));
  });
});
