import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeWorld, messageId } from './support/world.mjs';

for (const mode of ['lid', 'pn']) {
  test(`Groups addressed by ${mode}`, async suite => {
    const world = await makeWorld();
    suite.after(() => world.close());
    const { gateway, wa } = world;
    await wa.post('/settings', { groupAddressing: mode });
    const us = await world.linked('s1');
    const bob = await world.contact({ name: 'Bob' });
    const carol = await world.contact({ name: 'Carol' });
    const ask = (op, fields) => gateway.ask(op, { session: 's1', ...fields });
    const { id: group } = await wa.post('/groups', { subject: 'Trip', owner: us.pn, members: [bob.pn], mode });
    const here = person => (mode === 'lid' ? person.lid : person.jid);

    await suite.test('What we write reaches every member, the second time without key exchange', async () => {
      const first = messageId();
      assert.equal((await ask('message.send', { message_id: first, to: group, content: { kind: 'text', text: 'hello all' } })).outcome, 'accepted');
      assert.equal((await wa.arrived(bob.pn, { id: first })).message.extendedTextMessage.text, 'hello all');
      const second = messageId();
      await ask('message.send', { message_id: second, to: group, content: { kind: 'text', text: 'again' } });
      assert.deepEqual((await wa.arrived(bob.pn, { id: second })).encs, ['skmsg']);
    });

    await suite.test('What a member writes comes with group and sender', async () => {
      const { id } = await wa.send(bob.pn, group, { kind: 'text', text: 'from bob' });
      const got = await gateway.message('s1', frame => frame.message_id === id);
      assert.deepEqual([got.chat, got.sender, got.content.text, got.from_me], [group, here(bob), 'from bob', false]);
      assert.equal(got.sender_alt, mode === 'lid' ? bob.jid : bob.lid);
      assert.equal(got.chat_alt, undefined);
      const react = messageId();
      await ask('message.react', { message_id: react, chat: group, target: { id, sender: here(bob), from_me: false }, emoji: '👍' });
      const arrived = await wa.arrived(bob.pn, { id: react });
      assert.equal(arrived.message.reactionMessage.key.participant, here(bob));
      await assert.rejects(ask('message.react', { message_id: messageId(), chat: group, target: { id, from_me: false }, emoji: '👍' }), { code: 'bad_request' });
    });

    await suite.test('Receipts in a group name who', async () => {
      const id = messageId();
      await ask('message.send', { message_id: id, to: group, content: { kind: 'text', text: 'who read?' } });
      await wa.arrived(bob.pn, { id });
      await wa.post('/phone/receipt', { pn: bob.pn, id, type: 'read' });
      const read = await gateway.op('s1', 'receipt', frame => frame.message_ids.includes(id) && frame.type === 'read');
      assert.deepEqual([read.chat, read.participant], [group, here(bob)]);
    });

    await suite.test('Polls and votes in a group', async () => {
      const poll = messageId();
      await ask('message.send', { message_id: poll, to: group, content: { kind: 'poll', name: 'When?', options: ['now', 'later'] } });
      await wa.arrived(bob.pn, { id: poll });
      const { id } = await wa.send(bob.pn, group, { kind: 'vote', poll, options: ['later'] });
      assert.deepEqual((await gateway.message('s1', frame => frame.message_id === id)).content.options, ['later']);
      const { id: theirs } = await wa.send(bob.pn, group, { kind: 'poll', name: 'Where?', options: ['here', 'there'] });
      await gateway.message('s1', frame => frame.message_id === theirs);
      const vote = messageId();
      await ask('message.vote', { message_id: vote, chat: group, target: { id: theirs, sender: here(bob), from_me: false }, options: ['there'] });
      await wa.arrived(bob.pn, { id: vote });
      assert.deepEqual((await wa.get('/phone/vote', { pn: bob.pn, id: vote })).options, ['there']);
    });

    await suite.test('Groups are listed, read and changed', async () => {
      const { groups } = await ask('group.list');
      assert.deepEqual(groups.map(one => [one.jid, one.subject]), [[group, 'Trip']]);
      const { group: one } = await ask('group.get', { group });
      assert.equal(one.size, 2);
      assert.ok(one.members.some(member => member.jid === bob.jid && member.lid === bob.lid && member.role === 'member'));
      assert.ok(one.members.some(member => member.jid === us.jid && member.role === 'superadmin'));
      const { group: changed } = await ask('group.update', { group, subject: 'Journey', description: 'far away', announce: true, locked: true });
      assert.deepEqual([changed.subject, changed.description, changed.announce, changed.locked], ['Journey', 'far away', true, true]);
      await assert.rejects(ask('group.update', { group }), { code: 'bad_request' });
      await assert.rejects(ask('group.get', { group: '120363000000000000@g.us' }), error => ['not_found', 'refused'].includes(error.code));
    });

    await suite.test('Members come, rise and go', async () => {
      const added = await ask('group.members', { group, action: 'add', participants: [carol.jid] });
      assert.deepEqual(added.results.map(result => result.code), [200]);
      const id = messageId();
      await ask('message.send', { message_id: id, to: group, content: { kind: 'text', text: 'welcome carol' } });
      await wa.arrived(carol.pn, { id });
      await ask('group.members', { group, action: 'promote', participants: [here(carol)] });
      const { group: one } = await ask('group.get', { group });
      assert.equal(one.members.find(member => member.jid === carol.jid).role, 'admin');
      await ask('group.members', { group, action: 'remove', participants: [here(carol)] });
      assert.equal((await ask('group.get', { group })).group.size, 2);
    });

    await suite.test('Changes by others come as news', async () => {
      const since = gateway.mark;
      await wa.post('/groups/change', { id: group, action: 'add', members: [carol.pn], by: us.pn });
      await gateway.event('s1', 'groups', frame => frame.members?.group === group && frame.members.action === 'add', { since });
      const note = await gateway.message('s1', frame => frame.content.kind === 'system' && frame.chat === group, { since });
      assert.equal(note.content.type, 'group_participant_add');
    });

    await suite.test('Invitations, joining and leaving', async () => {
      const { code, url } = await ask('group.invite', { group });
      assert.equal(url, `https://chat.whatsapp.com/${code}`);
      const { code: fresh } = await ask('group.invite', { group, reset: true });
      assert.notEqual(fresh, code);
      const { group: made } = await ask('group.create', { subject: 'New', participants: [bob.jid] });
      assert.equal(made.subject, 'New');
      await ask('group.leave', { group: made.jid });
      assert.equal((await ask('group.list')).groups.some(one => one.jid === made.jid), false);
      const { id: other, inviteCode } = await wa.post('/groups', { subject: 'Theirs', owner: bob.pn, members: [] });
      assert.deepEqual(await ask('group.join', { code: inviteCode }), { group: other });
    });

    await suite.test('No event of this file was a fault', () => {
      assert.deepEqual(gateway.seen.filter(frame => frame.event === 'fault'), []);
    });
  });
}

test('Contacts and chats', async suite => {
  const world = await makeWorld();
  suite.after(() => world.close());
  const { gateway, wa } = world;
  await world.linked('s1');
  const bob = await world.contact();
  const ask = (op, fields) => gateway.ask(op, { session: 's1', ...fields });
  const { results } = await ask('numbers.check', { numbers: [bob.pn, '999999999999'] });
  assert.deepEqual(results, [{ number: bob.pn, exists: true, jid: bob.jid, lid: bob.lid }, { number: '999999999999', exists: false, jid: null, lid: null }]);
  await assert.rejects(ask('contact.picture', { jid: bob.jid, size: 'preview' }), { code: 'not_found' });
  await wa.post('/phone/picture', { pn: bob.pn, data: Buffer.from('jpeg').toString('base64') });
  assert.match((await ask('contact.picture', { jid: bob.jid, size: 'full' })).url, /^https:/);
  assert.equal(typeof (await ask('contact.about', { jid: bob.jid })).about, 'string');
  await ask('contact.block', { jid: bob.jid, blocked: true });
  await ask('contact.block', { jid: bob.jid, blocked: false });
  const id = messageId();
  await ask('message.send', { message_id: id, to: bob.jid, content: { kind: 'text', text: 'to archive' } });
  const until = Date.now() + 3_600_000;
  await ask('chat.update', { chat: bob.jid, archived: true, last_message: { id, from_me: true, at: Date.now() } });
  const archived = await wa.wait('app_state');
  await ask('chat.update', { chat: bob.jid, pinned: true, muted_until: until });
  await wa.wait('app_state', { since: archived.seq, count: 2 });
  await assert.rejects(ask('chat.update', { chat: bob.jid }), { code: 'bad_request' });
});
