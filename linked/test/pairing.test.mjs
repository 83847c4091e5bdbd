import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeWorld, newNumber, pnJid } from './support/world.mjs';

let world;
before(async () => { world = await makeWorld(); });
after(() => world.close());

const begin = async session => {
  await world.gateway.ask('session.start', { session, settings: world.wa.settings() });
  await world.gateway.state(session, 'unpaired');
};

test('A session links by QR code, says who it is, and works', async () => {
  const { gateway } = world;
  const linked = await world.linked('qr');
  const qr = await gateway.event('qr', 'qr');
  assert.match(qr.code, /^https:\/\/wa\.me\/settings\/linked_devices#/);
  assert.equal(qr.left, 5);
  assert.ok(qr.expires_at > Date.now() + 30_000);
  const paired = await gateway.op('qr', 'paired');
  assert.equal(paired.jid, pnJid(linked.pn));
  assert.match(paired.lid, /^\d+@lid$/);
  assert.equal(paired.platform, 'android');
  const states = gateway.seen.filter(frame => frame.event === 'state' && frame.session === 'qr').map(frame => frame.state);
  assert.deepEqual(states, ['starting', 'unpaired', 'starting', 'qr', 'pairing', 'starting', 'syncing', 'working']);
});

test('Frames of a session are numbered without gaps', () => {
  const numbers = world.gateway.seen.filter(frame => frame.session === 'qr' && frame.seq).map(frame => frame.seq);
  assert.deepEqual(numbers, numbers.map((_, index) => index + 1));
});

test('A session links by code', async () => {
  const { gateway, wa } = world;
  const pn = newNumber();
  await wa.account(pn);
  await begin('code');
  await gateway.ask('session.pair', { session: 'code', method: 'code', phone: pn });
  const { code, expires_at: expires } = await gateway.event('code', 'code');
  assert.match(code, /^[1-9A-HJ-NP-TV-Z]{8}$/);
  assert.ok(expires > Date.now());
  await wa.get('/wait/code', { pn, timeout: 30_000 });
  await wa.post('/code', { pn, code });
  await gateway.state('code', 'working');
  assert.equal((await gateway.op('code', 'paired')).jid, pnJid(pn));
});

test('A code that was cut short leaves nothing behind: the same session links by QR afterwards', async () => {
  const { gateway, wa } = world;
  const pn = newNumber();
  await wa.account(pn);
  await begin('cut');
  await gateway.ask('session.pair', { session: 'cut', method: 'code', phone: pn });
  await gateway.event('cut', 'code');
  let since = gateway.mark;
  await wa.post('/faults/clear');
  await gateway.ask('session.stop', { session: 'cut' });
  assert.equal(gateway.keysOf('cut').size, 0);
  since = gateway.mark;
  await gateway.ask('session.start', { session: 'cut', settings: wa.settings() });
  await gateway.state('cut', 'unpaired', { since });
  await gateway.ask('session.pair', { session: 'cut', method: 'qr' });
  const { code } = await gateway.event('cut', 'qr', undefined, { since });
  await wa.post('/scan', { pn, qr: code });
  await gateway.state('cut', 'working', { since });
});

test('An account that insists on a passkey is said to be one', async () => {
  const { gateway, wa } = world;
  const pn = newNumber();
  await wa.account(pn, { passkey: true });
  await begin('passkey');
  await gateway.ask('session.pair', { session: 'passkey', method: 'qr' });
  const { code } = await gateway.event('passkey', 'qr');
  const since = gateway.mark;
  await wa.post('/scan', { pn, qr: code });
  await gateway.state('passkey', 'passkey_required', { since });
  await gateway.ask('session.pair', { session: 'passkey', method: 'qr' });
  await gateway.event('passkey', 'qr', undefined, { since });
});

test('Pairing twice at once, or a linked session, is refused', async () => {
  const { gateway } = world;
  await begin('twice');
  await gateway.ask('session.pair', { session: 'twice', method: 'qr' });
  await assert.rejects(gateway.ask('session.pair', { session: 'twice', method: 'qr' }), { code: 'conflict' });
  await assert.rejects(gateway.ask('session.pair', { session: 'qr', method: 'qr' }), { code: 'already_paired' });
  await assert.rejects(gateway.ask('session.pair', { session: 'twice', method: 'code', phone: '+1' }), { code: 'bad_request', field: 'phone' });
  await gateway.ask('session.stop', { session: 'twice' });
});

test('WhatsApp refusing this version says outdated, and nothing is tried again', async () => {
  const { gateway, wa } = world;
  await begin('old');
  await wa.post('/faults/logins', { pn: 'registration', failure: '405' });
  await gateway.ask('session.pair', { session: 'old', method: 'qr' });
  const said = await gateway.state('old', 'outdated');
  assert.equal(said.code, 405);
  assert.equal(said.next_retry, null);
});

test('Logging out tells WhatsApp, wipes the keys, and allows linking again', async () => {
  const { gateway, wa } = world;
  const { pn } = await world.linked('out');
  assert.ok(gateway.keysOf('out').size > 800);
  assert.deepEqual(await gateway.ask('session.logout', { session: 'out' }), { told: true });
  const said = await gateway.state('out', 'logged_out');
  assert.equal(said.reason, 'requested');
  assert.equal(gateway.keysOf('out').size, 0);
  const { devices } = await wa.get('/account', { pn });
  assert.deepEqual(devices, []);
  const since = gateway.mark;
  await gateway.ask('session.pair', { session: 'out', method: 'qr' });
  const { code } = await gateway.event('out', 'qr', undefined, { since });
  await wa.post('/scan', { pn, qr: code });
  await gateway.state('out', 'working', { since });
});
