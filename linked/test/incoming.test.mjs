import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeWorld, messageId } from './support/world.mjs';

for (const addressing of ['pn', 'lid']) {
  test(`What others write, addressed by ${addressing}`, async suite => {
    const world = await makeWorld({ fakeArgs: ['--addressing', addressing] });
    const { gateway, wa } = world;
    suite.after(() => world.close());
    const us = await world.linked('s1');
    const bob = await world.contact({ name: 'Bob' });
    const bobHere = addressing === 'lid' ? bob.lid : bob.jid;
    const bobElsewhere = addressing === 'lid' ? bob.jid : bob.lid;

    const write = async wish => {
      const { id } = await wa.send(bob.pn, us.pn, wish);
      return gateway.message('s1', frame => frame.message_id === id);
    };

    await suite.test('A text comes with who, where and when', async () => {
      const got = await write({ kind: 'text', text: 'hi' });
      assert.deepEqual(got.content, { kind: 'text', text: 'hi' });
      assert.equal(got.chat, bobHere);
      assert.equal(got.chat_alt, bobElsewhere);
      assert.equal(got.sender, bobHere);
      assert.equal(got.sender_alt, bobElsewhere);
      assert.equal(got.from_me, false);
      assert.equal(got.push_name, 'Bob');
      assert.ok(Math.abs(got.at - Date.now()) < 600_000);
      assert.equal(got.bytes.length, got.blob);
    });

    await suite.test('Quotes, mentions and forwards are told', async () => {
      const { id } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'first' });
      const got = await write({ kind: 'text', text: 'second', quote: id, mentions: [us.pn], forwarded: true });
      assert.deepEqual(got.quoted, { id, sender: bobHere });
      assert.deepEqual(got.mentions, [addressing === 'lid' ? us.lid : us.jid]);
      assert.equal(got.forwarded, 1);
    });

    await suite.test('Messages of somebody new come in their order, however long the store takes to look something up', async () => {
      gateway.delay = frame => (frame.op === 'keys.get' ? Math.random() * 30 : 0);
      for (let round = 0; round < 5; round++) {
        const stranger = await world.contact();
        const { ids } = await wa.post('/phone/burst', { from: stranger.pn, to: us.pn, count: 8 });
        for (const id of ids) await gateway.message('s1', frame => frame.message_id === id);
        assert.deepEqual(gateway.seen.filter(frame => frame.op === 'message' && ids.includes(frame.message_id)).map(frame => frame.content.text), ids.map((_, n) => `burst ${n}`));
      }
      gateway.delay = () => 0;
    });

    await suite.test('Location, contacts and poll', async () => {
      assert.deepEqual((await write({ kind: 'location', latitude: 1.5, longitude: 2.5, name: 'X', address: 'Y' })).content, { kind: 'location', latitude: 1.5, longitude: 2.5, name: 'X', address: 'Y' });
      const one = (await write({ kind: 'contact', name: 'Kim', vcard: 'BEGIN:VCARD' })).content;
      assert.deepEqual(one, { kind: 'contacts', contacts: [{ name: 'Kim', vcard: 'BEGIN:VCARD' }] });
      const many = (await write({ kind: 'contact', contacts: [{ name: 'A', vcard: 'a' }, { name: 'B', vcard: 'b' }] })).content;
      assert.deepEqual(many.contacts.map(contact => contact.name), ['A', 'B']);
      assert.deepEqual((await write({ kind: 'poll', name: 'Q?', options: ['yes', 'no'], selectable: 1 })).content, { kind: 'poll', name: 'Q?', options: ['yes', 'no'], selectable: 1 });
    });

    await suite.test('Reaction, edit and revoke name their target from our point of view', async () => {
      const theirs = await write({ kind: 'text', text: 'mine' });
      const edit = await write({ kind: 'edit', id: theirs.message_id, text: 'mine, better' });
      assert.deepEqual(edit.content, { kind: 'edit', target: { id: theirs.message_id, from_me: false, sender: bobHere }, content: { kind: 'text', text: 'mine, better' } });
      const revoke = await write({ kind: 'revoke', id: theirs.message_id });
      assert.deepEqual(revoke.content, { kind: 'revoke', target: { id: theirs.message_id, from_me: false, sender: bobHere } });
      const ours = messageId();
      await gateway.ask('message.send', { session: 's1', message_id: ours, to: bobHere, content: { kind: 'text', text: 'react to me' } });
      await wa.arrived(bob.pn, { id: ours });
      const reaction = await write({ kind: 'reaction', id: ours, emoji: '❤' });
      assert.equal(reaction.content.emoji, '❤');
      assert.deepEqual(reaction.content.target, { id: ours, from_me: true, sender: us.jid });
      assert.equal((await write({ kind: 'reaction', id: ours })).content.emoji, '');
    });

    await suite.test('A vote in our poll comes by name', async () => {
      const poll = messageId();
      await gateway.ask('message.send', { session: 's1', message_id: poll, to: bobHere, content: { kind: 'poll', name: 'Day?', options: ['Mon', 'Tue', 'Wed'], selectable: 2 } });
      await wa.arrived(bob.pn, { id: poll });
      const vote = await write({ kind: 'vote', poll, options: ['Tue', 'Wed'] });
      assert.deepEqual(vote.content.options, ['Tue', 'Wed']);
      assert.equal(vote.content.target.id, poll);
      assert.equal(vote.content.target.from_me, true);
      const withdrawn = await write({ kind: 'vote', poll, options: [] });
      assert.deepEqual([withdrawn.content.options, withdrawn.content.unreadable], [[], undefined]);
      gateway.kept.delete(`s1 ${poll}`);
      const lost = await write({ kind: 'vote', poll, options: ['Mon'] });
      assert.deepEqual([lost.content.options, lost.content.unreadable], [[], true]);
    });

    await suite.test('View-once and unknown kinds are told for what they are', async () => {
      const picture = await write({ kind: 'image', size: 100, caption: 'once', viewOnce: true });
      assert.equal(picture.view_once, true);
      assert.equal(picture.content.kind, 'image');
      assert.equal(picture.content.caption, 'once');
      const odd = await write({ kind: 'raw', message: { productMessage: { body: 'x' } } });
      assert.deepEqual(odd.content, { kind: 'unknown', type: 'productMessage' });
    });

    await suite.test('What the own phone writes is from us, to the right chat', async () => {
      const { id } = await wa.send(us.pn, bob.pn, { kind: 'text', text: 'from my phone' });
      const got = await gateway.message('s1', frame => frame.message_id === id);
      assert.equal(got.from_me, true);
      assert.equal(got.chat, bobHere);
      assert.equal(got.sender, addressing === 'lid' ? us.lid : us.jid);
    });

    await suite.test('Typing, calls and presence come as events', async () => {
      await wa.post('/phone/typing', { from: bob.pn, to: us.pn, state: 'recording' });
      const typing = await gateway.event('s1', 'typing');
      assert.equal(typing.sender, bobHere);
      assert.equal(typing.state, 'recording');
      await wa.post('/phone/call', { from: bob.pn, to: us.pn, video: true });
      const call = await gateway.event('s1', 'call');
      assert.equal(call.state, 'offer');
      assert.equal(call.video, true);
    });

    await suite.test('What waited while we were away comes marked as such, once', async () => {
      await gateway.ask('session.stop', { session: 's1' });
      const { id } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'while away' });
      const since = gateway.mark;
      await gateway.ask('session.start', { session: 's1', settings: wa.settings() });
      const got = await gateway.message('s1', frame => frame.message_id === id);
      assert.equal(got.offline, true);
      await gateway.state('s1', 'working', { since });
      await wa.device(us.pn, { queued: 0 });
      assert.equal(gateway.seen.filter(frame => frame.op === 'message' && frame.message_id === id).length, 1);
      assert.equal(gateway.seen.slice(since).some(frame => frame.event === 'qr'), false);
    });

    await suite.test('No event of this file was a fault', () => {
      assert.deepEqual(gateway.seen.filter(frame => frame.event === 'fault'), []);
    });
  });
}

test('Messages are marked as read by themselves when the session wants it', async suite => {
  const world = await makeWorld();
  suite.after(() => world.close());
  const us = await world.linked('auto', { settings: { auto_read: true } });
  const bob = await world.contact();
  await world.wa.send(bob.pn, us.pn, { kind: 'text', text: 'read me' });
  await world.wa.wait('receipt', { pn: bob.pn, type: 'read' });
});
