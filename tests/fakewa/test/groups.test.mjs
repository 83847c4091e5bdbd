// Groups: made and changed by devices and by phones, told to everybody, written to with sender keys.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { paired, startFake } from './support.mjs';
import { participantHash } from '../src/server/phash.mjs';

for (const addressing of ['pn', 'lid']) {
  describe(`groups addressed by ${addressing}`, () => {
    const [alice, bob, carol, dave] = ['15550000001', '15550000002', '15550000003', '15550000004'];
    let fake;
    let a;
    let c;
    let group;
    const jid = (pn) => fake.world.account(pn).jid(0, addressing);
    const members = async () => (await fake.admin.get('/groups')).groups.find((one) => one.id === group).members.map(({ pn, role }) => [pn, role]);
    const stub = (client, type, options) => client.message((one) => one.key.remoteJid === group && one.messageStubType === type, options);

    before(async () => {
      fake = await startFake({ addressing, groupAddressing: addressing });
      await fake.admin.post('/accounts', { accounts: [{ pn: bob, name: 'Bob' }, { pn: dave, name: 'Dave' }] });
      a = await paired(fake, alice);
      c = await paired(fake, carol);
    });
    after(async () => {
      await Promise.all([a?.stop(), c?.stop()]);
      const { errors } = await fake.admin.get('/state');
      await fake.close();
      assert.deepEqual(errors, []);
    });

    test('a device makes a group and every member hears of it', async () => {
      const made = await a.sock.groupCreate('Trip', [jid(bob), jid(carol)]);
      group = made.id;
      assert.deepEqual([made.subject, made.size, made.addressingMode], ['Trip', 3, addressing]);
      const [heard] = await c.on('groups.upsert');
      assert.equal(heard.id, group);
      assert.deepEqual(await members(), [[alice, 'superadmin'], [bob, ''], [carol, '']]);
    });

    test('a message to the group reaches phones and devices; the key goes along once', async () => {
      const first = await a.send(group, { text: 'to all' });
      const got = await fake.admin.wait('inbox', { pn: bob, id: first.key.id });
      assert.deepEqual([got.encs, got.from, got.participant], [['pkmsg', 'skmsg'], group, fake.world.account(alice).jid(1, addressing)]);
      const seen = await c.text('to all');
      assert.deepEqual([seen.key.remoteJid, seen.key.participant], [group, jid(alice)]);
      const second = await a.send(group, { text: 'to all again' });
      assert.deepEqual((await fake.admin.wait('inbox', { pn: bob, id: second.key.id })).encs, ['skmsg']);
      await c.text('to all again');
    });

    test('the ack carries the hash of the devices the server counts, or another one on request', async () => {
      const people = [alice, bob, carol].map((pn) => fake.world.account(pn));
      const expected = participantHash(people.flatMap((account) => account.deviceIds().map((id) => account.jid(id, addressing))));
      const fair = await a.send(group, { text: 'counted' });
      assert.equal((await a.on('ack', (node) => node.attrs.id === fair.key.id)).attrs.phash, expected);
      await fake.admin.post('/faults/phash', { pn: alice });
      const odd = await a.send(group, { text: 'miscounted' });
      const { phash } = (await a.on('ack', (node) => node.attrs.id === odd.key.id)).attrs;
      assert.match(phash, /^2:.{6}$/);
      assert.notEqual(phash, expected);
    });

    test('receipts from the group name who gave them', async () => {
      const sent = await a.send(group, { text: 'who reads this' });
      await fake.admin.wait('inbox', { pn: bob, id: sent.key.id });
      await fake.admin.post('/phone/receipt', { pn: bob, id: sent.key.id, type: 'read' });
      const read = await a.on('group-receipt', (one) => one.key.id === sent.key.id && one.receipt.readTimestamp);
      assert.equal(read.receipt.userJid, jid(bob));
    });

    test('a phone writes to the group, with a mention, a quote, a reaction', async () => {
      const { id } = await fake.admin.post('/phone/send', { from: bob, to: group, kind: 'text', text: 'hello group', mentions: [alice] });
      const got = await a.text('hello group');
      assert.deepEqual([got.key.participant, got.message.extendedTextMessage.contextInfo.mentionedJid], [jid(bob), [jid(alice)]]);
      await fake.admin.post('/phone/send', { from: bob, to: group, kind: 'text', text: 'myself', quote: id });
      assert.equal((await c.text('myself')).message.extendedTextMessage.contextInfo.participant, jid(bob));
      await fake.admin.post('/phone/send', { from: bob, to: group, kind: 'reaction', id, emoji: '🙂' });
      const [reaction] = await a.on('messages.reaction');
      assert.equal(reaction.key.id, id);
    });

    test('a member whose sender key is lost asks for it and gets the message', async () => {
      for (const name of Object.keys(c.auth.kinds['sender-key'] ?? {})) if (name.includes(group)) delete c.auth.kinds['sender-key'][name];
      await fake.admin.post('/phone/send', { from: bob, to: group, kind: 'text', text: 'lost key' });
      await fake.admin.wait('phone_resent', { pn: bob });
      await c.text('lost key');
    });

    test('add, promote, demote and remove are done and told', async () => {
      const [added] = await a.sock.groupParticipantsUpdate(group, [jid(dave)], 'add');
      assert.equal(added.status, '200');
      assert.deepEqual(JSON.parse((await stub(c, 27)).messageStubParameters[0]).id, jid(dave));
      await a.sock.groupParticipantsUpdate(group, [jid(bob)], 'promote');
      await stub(c, 29);
      assert.deepEqual((await members()).find(([pn]) => pn === bob), [bob, 'admin']);
      await a.sock.groupParticipantsUpdate(group, [jid(bob)], 'demote');
      await stub(c, 30);
      await a.sock.groupParticipantsUpdate(group, [jid(dave)], 'remove');
      await stub(c, 28);
      assert.deepEqual((await members()).map(([pn]) => pn), [alice, bob, carol]);
      const [again] = await a.sock.groupParticipantsUpdate(group, [jid(dave)], 'remove');
      assert.equal(again.status, '404');
    });

    test('a new key is used after somebody left', async () => {
      await fake.admin.post('/groups/change', { id: group, by: alice, action: 'add', members: [dave] });
      await fake.admin.post('/phone/send', { from: bob, to: group, kind: 'text', text: 'with Dave' });
      await fake.admin.wait('inbox', { pn: dave, text: 'with Dave' });
      await fake.admin.post('/groups/leave', { id: group, by: dave });
      await stub(a, 32);
      await fake.admin.post('/phone/send', { from: bob, to: group, kind: 'text', text: 'without Dave' });
      await a.text('without Dave');
      const entry = await fake.admin.wait('message', { pn: bob, since: String((await fake.admin.wait('group', { action: 'leave' })).seq) });
      assert.ok(entry.encs.length > 1);
      assert.deepEqual((await fake.admin.get('/inbox', { pn: dave, text: 'without Dave' })).entries, []);
    });

    test('subject, description and settings are changed by admins and told', async () => {
      await a.sock.groupUpdateSubject(group, 'Trip 2');
      assert.deepEqual((await stub(c, 21)).messageStubParameters, ['Trip 2']);
      await fake.admin.post('/groups/subject', { id: group, by: bob, subject: 'Trip 3' });
      await c.message((one) => one.messageStubParameters?.[0] === 'Trip 3');
      await a.sock.groupUpdateDescription(group, 'Where to?');
      await c.message((one) => one.messageStubParameters?.[0] === 'Where to?');
      await a.sock.groupSettingUpdate(group, 'announcement');
      assert.deepEqual((await stub(c, 26)).messageStubParameters, ['on']);
      const meta = await c.sock.groupMetadata(group);
      assert.deepEqual([meta.subject, meta.desc, meta.announce], ['Trip 3', 'Where to?', true]);
    });

    test('who may not write is refused, who may not change is forbidden', async () => {
      const sent = await c.send(group, { text: 'not an admin' });
      assert.equal((await c.status(sent.key.id, 0)).codes[0], '403');
      await assert.rejects(c.sock.groupUpdateSubject('120363000000000000@g.us', 'x'), (error) => error.output.statusCode === 404 || error.data === 404);
      await assert.rejects(c.sock.groupParticipantsUpdate(group, [jid(bob)], 'remove'));
      await a.sock.groupSettingUpdate(group, 'not_announcement');
      await c.send(group, { text: 'allowed again' });
      await a.text('allowed again');
    });

    test('an invite code lets somebody in, and a device leaves', async () => {
      const code = await a.sock.groupInviteCode(group);
      const { seq } = await fake.admin.get('/state');
      await c.sock.groupLeave(group);
      await fake.admin.wait('group', { action: 'leave', since: String(seq) });
      assert.equal((await members()).some(([pn]) => pn === carol), false);
      assert.equal(await c.sock.groupAcceptInvite(code), group);
      assert.ok((await members()).some(([pn]) => pn === carol));
      assert.ok(Object.keys(await c.sock.groupFetchAllParticipating()).includes(group));
    });

    test('a phone makes a group with a device in it', async () => {
      const made = await fake.admin.post('/groups', { subject: 'By hand', owner: bob, members: [alice] });
      const [heard] = await a.on('groups.upsert', ([one]) => one.id === made.id);
      assert.equal(heard.subject, 'By hand');
      await a.send(made.id, { text: 'thanks' });
      await fake.admin.wait('inbox', { pn: bob, from: made.id, text: 'thanks' });
    });
  });
}
