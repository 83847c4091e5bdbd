// Everything two people can say to each other, both ways, addressed by number and by LID.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { paired, startFake } from './support.mjs';

for (const addressing of ['pn', 'lid']) {
  describe(`messages addressed by ${addressing}`, () => {
    const alice = '15550000001';
    const bob = '15550000002';
    const carol = '15550000003';
    let fake;
    let a;
    let c;
    const jid = (pn) => fake.world.account(pn).jid(0, addressing);
    const bobGets = (query) => fake.admin.wait('inbox', { pn: bob, ...query });
    const bobSays = (wish) => fake.admin.post('/phone/send', { from: bob, to: alice, ...wish });

    before(async () => {
      fake = await startFake({ addressing });
      await fake.admin.post('/accounts', { pn: bob, name: 'Bob' });
      a = await paired(fake, alice);
      c = await paired(fake, carol);
    });
    after(async () => {
      await Promise.all([a?.stop(), c?.stop()]);
      const { errors } = await fake.admin.get('/state');
      await fake.close();
      assert.deepEqual(errors, []);
    });

    test('a text reaches a phone, and the own phone gets a copy of it', async () => {
      const sent = await a.send(jid(bob), { text: 'one' });
      const got = await bobGets({ text: 'one' });
      assert.equal(got.id, sent.key.id);
      assert.deepEqual([got.from, got.senderPn, got.senderDevice, got.self], [fake.world.account(alice).jid(1, addressing), alice, 1, false]);
      const copy = await fake.admin.wait('inbox', { pn: alice, id: sent.key.id });
      assert.deepEqual([copy.self, copy.chat, copy.message.extendedTextMessage.text], [true, jid(bob), 'one']);
    });

    test('a message is acknowledged, delivered, read and played', async () => {
      const sent = await a.send(jid(bob), { text: 'followed' });
      const ack = await a.on('ack', (node) => node.attrs.id === sent.key.id);
      assert.equal(ack.attrs.error, undefined);
      await a.status(sent.key.id, 3);
      await bobGets({ id: sent.key.id });
      await fake.admin.post('/phone/receipt', { pn: bob, id: sent.key.id, type: 'read' });
      await a.status(sent.key.id, 4);
      await fake.admin.post('/phone/receipt', { pn: bob, id: sent.key.id, type: 'played' });
      await a.status(sent.key.id, 5);
    });

    test('a phone that gives no receipts leaves a message sent', async () => {
      await fake.admin.post('/account', { pn: bob, receipts: false });
      const silent = await a.send(jid(bob), { text: 'unseen' });
      await bobGets({ id: silent.key.id });
      await fake.admin.post('/account', { pn: bob, receipts: { delivery: true, read: true } });
      const seen = await a.send(jid(bob), { text: 'seen' });
      await a.status(seen.key.id, 4);
      assert.equal(a.of('status').some((one) => one.id === silent.key.id && one.status >= 3), false);
      await fake.admin.post('/account', { pn: bob, receipts: { read: false } });
    });

    test('an offline phone delivers when it is back', async () => {
      await fake.admin.post('/phone/online', { pn: bob, online: false });
      const sent = await a.send(jid(bob), { text: 'later' });
      await a.on('ack', (node) => node.attrs.id === sent.key.id);
      assert.deepEqual((await fake.admin.get('/inbox', { id: sent.key.id, pn: bob })).entries, []);
      await fake.admin.post('/phone/online', { pn: bob, online: true });
      await a.status(sent.key.id, 3);
    });

    test('edit, reaction and revocation of a sent message', async () => {
      const sent = await a.send(jid(bob), { text: 'first words' });
      await a.send(jid(bob), { text: 'other words', edit: sent.key });
      const edited = await bobGets({ text: 'other words' });
      assert.equal(edited.edit, '1');
      assert.equal(edited.message.protocolMessage.key.id, sent.key.id);
      await a.send(jid(bob), { react: { text: '👍', key: sent.key } });
      assert.equal((await bobGets({ text: '👍' })).type, 'reaction');
      await a.send(jid(bob), { delete: sent.key });
      const revoked = await bobGets({ edit: '7' });
      assert.equal(revoked.message.protocolMessage.key.id, sent.key.id);
    });

    test('location and contact', async () => {
      await a.send(jid(bob), { location: { degreesLatitude: 1.5, degreesLongitude: 2.5, name: 'Here' } });
      assert.equal((await bobGets({ 'message.locationMessage.name': 'Here' })).message.locationMessage.degreesLatitude, 1.5);
      await a.send(jid(bob), { contacts: { displayName: 'Zoe', contacts: [{ vcard: 'BEGIN:VCARD\nVERSION:3.0\nFN:Zoe\nEND:VCARD' }] } });
      assert.equal((await bobGets({ 'message.contactMessage!': '' })).type, 'media');
    });

    test('texts with a quote and with a mention from a phone', async () => {
      const sent = await a.send(jid(bob), { text: 'question' });
      await bobGets({ id: sent.key.id });
      await bobSays({ kind: 'text', text: 'answer', quote: sent.key.id, mentions: [alice] });
      const { extendedTextMessage } = (await a.text('answer')).message;
      assert.equal(extendedTextMessage.contextInfo.stanzaId, sent.key.id);
      assert.equal(extendedTextMessage.contextInfo.quotedMessage.extendedTextMessage.text, 'question');
      assert.deepEqual(extendedTextMessage.contextInfo.mentionedJid, [jid(alice)]);
    });

    test('a text from a phone arrives with both addresses and the name, and is receipted', async () => {
      const { id } = await bobSays({ kind: 'text', text: 'hi Alice' });
      const got = await a.text('hi Alice');
      assert.equal(got.key.remoteJid, jid(bob));
      assert.equal(got.key.remoteJidAlt, fake.world.account(bob).jid(0, addressing === 'lid' ? 'pn' : 'lid'));
      assert.deepEqual([got.pushName, got.upsert, got.key.fromMe], ['Bob', 'notify', false]);
      await fake.admin.wait('receipt', { pn: bob, ids: id, type: 'delivery', senderDevice: '1' });
      await a.sock.readMessages([got.key]);
      await fake.admin.wait('receipt', { pn: bob, ids: id, type: 'read', senderPn: alice });
    });

    test('edit, reaction, revocation and forward by a phone', async () => {
      const { id } = await bobSays({ kind: 'text', text: 'draft' });
      await a.text('draft');
      await bobSays({ kind: 'edit', id, text: 'final' });
      const edit = await a.on('update', (one) => one.key.id === id && one.update.message?.editedMessage);
      assert.equal(edit.update.message.editedMessage.message.conversation, 'final');
      await bobSays({ kind: 'reaction', id, emoji: '🎉' });
      const [reaction] = await a.on('messages.reaction');
      assert.deepEqual([reaction.reaction.text, reaction.key.id], ['🎉', id]);
      await bobSays({ kind: 'forward', id });
      const forwarded = await a.message((one) => one.message?.extendedTextMessage?.contextInfo?.isForwarded);
      assert.equal(forwarded.message.extendedTextMessage.text, 'draft');
      await bobSays({ kind: 'revoke', id });
      await a.on('update', (one) => one.key.id === id && one.update.message === null);
    });

    test('what a person writes on their own phone reaches their linked device as their own', async () => {
      await fake.admin.post('/phone/send', { from: alice, to: bob, kind: 'text', text: 'by hand' });
      const own = await a.text('by hand');
      assert.deepEqual([own.key.fromMe, own.key.remoteJid], [true, jid(bob)]);
      assert.equal((await bobGets({ text: 'by hand' })).senderDevice, 0);
    });

    test('typing and presence go both ways', async () => {
      await a.sock.sendPresenceUpdate('composing', jid(bob));
      assert.equal((await fake.admin.wait('typing', { pn: alice, to: jid(bob) })).state, 'composing');
      await a.sock.sendPresenceUpdate('recording', jid(bob));
      await fake.admin.wait('typing', { pn: alice, state: 'recording' });
      await fake.admin.post('/phone/typing', { from: bob, to: alice, state: 'composing' });
      await a.on('presence.update', ({ id, presences }) => id === jid(bob) && presences[jid(bob)].lastKnownPresence === 'composing');
      await a.sock.presenceSubscribe(jid(bob));
      await fake.admin.wait('subscribe', { pn: alice, to: bob });
      await fake.admin.post('/phone/presence', { pn: bob, state: 'available' });
      await a.on('presence.update', ({ id, presences }) => id === jid(bob) && presences[jid(bob)].lastKnownPresence === 'available');
    });

    test('two linked devices talk to each other, and forward', async () => {
      await a.send(jid(carol), { text: 'A to C' });
      const got = await c.text('A to C');
      await c.send(got.key.remoteJid, { text: 'C to A' }, { quoted: got });
      const answer = await a.text('C to A');
      assert.equal(answer.message.extendedTextMessage.contextInfo.stanzaId, got.key.id);
      await a.send(jid(carol), { forward: answer });
      assert.equal((await c.message((one) => one.message?.extendedTextMessage?.contextInfo?.isForwarded)).message.extendedTextMessage.text, 'C to A');
    });

    test('a poll of the device is voted on by the phone', async () => {
      const { decryptPollVote, getAggregateVotesInPollMessage } = await import('baileys');
      const poll = await a.send(jid(bob), { poll: { name: 'Lunch?', values: ['yes', 'no'], selectableCount: 1 } });
      assert.equal((await bobGets({ id: poll.key.id })).type, 'poll');
      await bobSays({ kind: 'vote', poll: poll.key.id, options: ['yes'] });
      const { key, message } = await a.message((one) => one.message?.pollUpdateMessage);
      const vote = decryptPollVote(message.pollUpdateMessage.vote, { pollMsgId: poll.key.id, pollCreatorJid: jid(alice), voterJid: jid(bob), pollEncKey: poll.message.messageContextInfo.messageSecret });
      const result = getAggregateVotesInPollMessage({ message: poll.message, pollUpdates: [{ pollUpdateMessageKey: key, vote, senderTimestampMs: 1 }] });
      assert.deepEqual(result.map(({ name, voters }) => [name, voters.length]), [['yes', 1], ['no', 0]]);
    });

    test('a poll of the phone is voted on by the device', async () => {
      const { sealVote } = await import('../src/phone/poll.mjs');
      const { id } = await bobSays({ kind: 'poll', name: 'Colour?', options: ['red', 'blue'] });
      const poll = await a.message((one) => one.key.id === id);
      const secret = Buffer.from(poll.message.messageContextInfo.messageSecret);
      const vote = sealVote(secret, { pollId: id, creator: jid(bob), voter: jid(alice) }, ['blue']);
      await a.sock.relayMessage(jid(bob), { pollUpdateMessage: { pollCreationMessageKey: poll.key, vote, senderTimestampMs: Date.now() } }, { additionalNodes: [{ tag: 'meta', attrs: { polltype: 'vote' } }] });
      const got = await bobGets({ 'message.pollUpdateMessage!': '' });
      assert.deepEqual(await fake.admin.get('/phone/vote', { pn: bob, id: got.id }), { poll: id, options: ['blue'] });
      assert.ok(got.parts.includes('meta'));
    });

    test('a phone that lost its sessions asks again and gets the message under the same id', async () => {
      const warm = await a.send(jid(bob), { text: 'warm' });
      await a.status(warm.key.id, 3);
      await fake.admin.post('/phone/forget', { pn: bob });
      const sent = await a.send(jid(bob), { text: 'again please' });
      const failed = await bobGets({ id: sent.key.id, 'error!': '' });
      assert.equal(failed.message, undefined);
      const got = await bobGets({ id: sent.key.id, text: 'again please' });
      assert.ok(got.encs.includes('pkmsg'));
      await a.status(sent.key.id, 3);
    });

    test('a device that cannot decrypt asks for a retry, with keys from the second on, and gets the message', async () => {
      const { id } = await fake.admin.post('/phone/garbage', { from: bob, to: alice });
      const asked = await fake.admin.wait('device_receipt', { pn: alice, type: 'retry', ids: id });
      assert.ok(asked.parts.includes('registration'));
      const { id: lost } = await bobSays({ kind: 'text', text: 'not readable' });
      await a.text('not readable');
      for (const name of Object.keys(a.auth.kinds.session)) if (name.startsWith(fake.world.account(bob).lid)) delete a.auth.kinds.session[name];
      const { id: second } = await bobSays({ kind: 'text', text: 'after the loss' });
      await fake.admin.wait('device_receipt', { pn: alice, type: 'retry', ids: second });
      await fake.admin.wait('phone_resent', { pn: bob, id: second });
      assert.equal((await a.text('after the loss')).key.id, second);
      assert.notEqual(lost, second);
    });

    test('a device that does not show where it belongs is not read', async () => {
      const enc = { tag: 'enc', attrs: { v: '2', type: 'pkmsg' }, content: Buffer.alloc(64, 0x33) };
      const to = { tag: 'to', attrs: { jid: jid(bob) }, content: [enc] };
      fake.relay.distribute(fake.world.account(alice), 1, { tag: 'message', attrs: { id: 'NOBODY', to: jid(bob), type: 'text' }, content: [{ tag: 'participants', attrs: {}, content: [to] }] });
      assert.match((await bobGets({ id: 'NOBODY' })).error, /device-identity/);
    });

    test('refusals 463 and 479 are told in the ack and go to nobody', async () => {
      await fake.admin.post('/faults/acks', { pn: alice, codes: [463, 479] });
      for (const code of ['463', '479']) {
        const sent = await a.send(jid(bob), { text: `refused ${code}` });
        const status = await a.status(sent.key.id, 0);
        assert.equal(status.codes[0], code);
        assert.deepEqual((await fake.admin.get('/inbox', { id: sent.key.id })).entries, []);
      }
    });

    test('the chat can be archived: a patch of the app state is stored and comes back to nobody twice', async () => {
      const last = a.of('message').filter((one) => one.key.remoteJid === jid(bob)).at(-1);
      await a.sock.chatModify({ archive: true, lastMessages: [{ key: last.key, messageTimestamp: last.messageTimestamp }] }, jid(bob));
      const patch = await fake.admin.wait('app_state', { pn: alice, collection: 'regular_low' });
      assert.equal(patch.version, 1);
    });

    test('a number is on WhatsApp or is not', async () => {
      const found = await a.sock.onWhatsApp(bob, '15559999999');
      assert.deepEqual(found.map(({ jid: one, exists }) => [one, exists]), [[`${bob}@s.whatsapp.net`, true]]);
    });

    test('a blocked person reaches nobody', async () => {
      await fake.admin.post('/phone/block', { pn: bob, who: alice });
      const sent = await a.send(jid(bob), { text: 'into the void' });
      await a.on('ack', (node) => node.attrs.id === sent.key.id);
      await fake.admin.wait('inbox', { pn: alice, id: sent.key.id });
      assert.deepEqual((await fake.admin.get('/inbox', { pn: bob, id: sent.key.id })).entries, []);
      await fake.admin.post('/phone/block', { pn: bob, who: alice, blocked: false });
    });

    test('a call rings and can be rejected', async () => {
      await fake.admin.post('/phone/call', { from: bob, to: alice });
      const [call] = await a.on('call');
      assert.equal(call.status, 'offer');
      await a.sock.rejectCall(call.id, call.from);
      assert.equal((await fake.admin.wait('call', { pn: alice })).action, 'reject');
    });
  });
}
