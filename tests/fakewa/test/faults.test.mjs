// Messages whose fate is uncertain, keys that run out, identities that change.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Client, paired, startFake } from './support.mjs';

describe('faults', () => {
  const bob = '15550002900';
  let fake;
  let next = 15550002000;
  const clients = [];
  const own = (client) => (clients.push(client), client);
  const fresh = async () => own(await paired(fake, String(++next)));
  const again = (client) => own(new Client(fake, { auth: client.auth }).connect());
  const jid = (pn) => fake.world.account(pn).pnJid();
  const atBob = async (id) => (await fake.admin.get('/inbox', { pn: bob, id })).entries.length;

  before(async () => {
    fake = await startFake();
    await fake.admin.post('/accounts', { pn: bob, name: 'Bob' });
  });
  after(async () => {
    await Promise.all(clients.map((client) => client.stop()));
    const { errors } = await fake.admin.get('/state');
    await fake.close();
    assert.deepEqual(errors, []);
  });

  for (const [when, arrives, cut] of [['before', false, true], ['after', true, true], ['swallow', false, false], ['no_ack', true, false]]) {
    test(`a message lost ${when} is ${arrives ? '' : 'not '}delivered, ${cut ? 'the connection dies' : 'the connection lives'}, and there is no ack`, async () => {
      const client = await fresh();
      const sure = await client.send(jid(bob), { text: 'sure' });
      await client.on('ack', (node) => node.attrs.id === sure.key.id);
      await fake.admin.post('/faults/drop', { pn: client.pn, when });
      const { key } = await client.send(jid(bob), { text: 'unsure' });
      await fake.admin.wait('dropped', { id: key.id, when });
      if (cut) assert.equal(await client.closed(), 428);
      const live = cut ? again(client) : client;
      if (cut) await live.open();
      const after = await live.send(jid(bob), { text: 'afterwards' });
      await live.on('ack', (node) => node.attrs.id === after.key.id);
      await fake.admin.wait('inbox', { pn: bob, id: after.key.id });
      assert.equal(await atBob(key.id), arrives ? 1 : 0);
      assert.equal([...client.of('ack'), ...live.of('ack')].some((node) => node.attrs.id === key.id), false);
    });
  }

  test('a delayed ack comes after the delivery receipt', async () => {
    const client = await fresh();
    await fake.admin.post('/faults/ack-delay', { pn: client.pn, milliseconds: 400 });
    const { key } = await client.send(jid(bob), { text: 'slowly' });
    await client.on('ack', (node) => node.attrs.id === key.id);
    const tags = client.of('frame').filter((node) => node.attrs?.id === key.id).map((node) => node.tag);
    assert.deepEqual(tags, ['receipt', 'ack']);
    await fake.admin.post('/faults/ack-delay', { pn: client.pn });
  });

  test('a prekey is given out once; below the threshold the device is told and brings new ones', async () => {
    const client = await fresh();
    await fake.admin.post('/accounts', { first: '15550002950', count: 8 });
    await fake.admin.post('/prekeys', { low: 5 });
    await fake.admin.post('/prekeys', { pn: client.pn, keep: 6 });
    const { seq } = await fake.admin.get('/state');
    for (const pn of ['15550002950', '15550002951']) await fake.admin.post('/phone/send', { from: pn, to: client.pn, kind: 'text', text: `from ${pn}` });
    const low = await fake.admin.wait('prekey_low', { pn: client.pn, since: String(seq) });
    assert.equal(low.left, 4);
    const upload = await fake.admin.wait('prekeys', { pn: client.pn, since: String(seq) });
    assert.equal(upload.uploaded, 5);
    for (const pn of ['15550002952', '15550002953']) await fake.admin.post('/phone/send', { from: pn, to: client.pn, kind: 'text', text: `from ${pn}` });
    for (const pn of ['15550002950', '15550002951', '15550002952', '15550002953']) await client.text(`from ${pn}`);
    const given = fake.journal.entries('bundle').filter((one) => one.pn === client.pn).map((one) => one.preKey);
    assert.equal(new Set(given).size, given.length);
    await fake.admin.get('/wait/device', { pn: client.pn, queued: '0', timeout: '90000' });
  });

  test('without a prekey left a session begins all the same', async () => {
    const client = await fresh();
    await fake.admin.post('/prekeys', { low: 0 });
    await fake.admin.post('/prekeys', { pn: client.pn, keep: 0 });
    await fake.admin.post('/phone/send', { from: '15550002954', to: client.pn, kind: 'text', text: 'no prekey' });
    await client.text('no prekey');
  });

  test('a contact with a new phone is told, and both can go on', async () => {
    const client = await fresh();
    const bert = '15550002955';
    const before = await client.send(jid(bert), { text: 'old phone' });
    await client.status(before.key.id, 3);
    await fake.admin.post('/phone/reinstall', { pn: bert });
    const notice = await client.on('frame', (node) => node.tag === 'notification' && node.attrs.type === 'encrypt' && node.content?.[0]?.tag === 'identity');
    assert.equal(notice.attrs.from, jid(bert));
    await fake.admin.wait('ack', { pn: client.pn, id: notice.attrs.id });
    const after = await client.send(jid(bert), { text: 'new phone' });
    const got = await fake.admin.wait('inbox', { pn: bert, text: 'new phone' });
    assert.equal(got.id, after.key.id);
    await fake.admin.post('/phone/send', { from: bert, to: client.pn, kind: 'text', text: 'it is me' });
    await client.text('it is me');
  });

  test('setting up the phone anew unlinks its devices', async () => {
    const client = await fresh();
    await fake.admin.post('/phone/reinstall', { pn: client.pn });
    assert.equal(await client.closed(), 401);
  });

  test('a device learns of a contact\'s new device and writes to it', async () => {
    const client = await fresh();
    const peer = await fresh();
    const first = await client.send(jid(peer.pn), { text: 'to one' });
    await client.status(first.key.id, 3);
    const second = own(await paired(fake, peer.pn));
    const notice = await client.on('frame', (node) => node.tag === 'notification' && node.attrs.type === 'devices');
    await fake.admin.wait('ack', { pn: client.pn, id: notice.attrs.id });
    await client.send(jid(peer.pn), { text: 'to both' });
    await peer.text('to both');
    await second.text('to both');
  });

  test('the lock of an account that wrote to too many strangers can be asked about', async () => {
    const client = await fresh();
    assert.equal((await client.sock.fetchAccountReachoutTimelock()).isActive, false);
    await fake.admin.post('/account/lock', { pn: client.pn, seconds: 600 });
    const lock = await client.sock.fetchAccountReachoutTimelock();
    assert.equal(lock.isActive, true);
    assert.ok(lock.timeEnforcementEnds.getTime() > Date.now());
  });

  test('any stanza can be put into a device\'s way', async () => {
    const client = await fresh();
    await fake.admin.post('/stanza', { pn: client.pn, node: { tag: 'notification', attrs: { from: jid(client.pn), type: 'picture', id: 'P1', t: 1 }, content: [{ tag: 'set', attrs: { id: 7 } }] } });
    await client.on('contacts.update', ([one]) => one.imgUrl === 'changed');
    await fake.admin.wait('ack', { pn: client.pn, id: 'P1' });
  });

  test('the history of the phone is there for a device that is linked later', async () => {
    const late = '15550002960';
    await fake.admin.post('/accounts', { pn: late, name: 'Late' });
    await fake.admin.post('/phone/send', { from: bob, to: late, kind: 'text', text: 'long ago' });
    await fake.admin.wait('inbox', { pn: late, text: 'long ago' });
    const client = own(await paired(fake, late));
    const sets = client.of('messaging-history.set');
    const set = sets.find((one) => one.messages.length > 0);
    assert.deepEqual([set.messages[0].message.conversation, set.messages[0].key.remoteJid, set.chats[0].name], ['long ago', jid(bob), 'Bob']);
  });
});
