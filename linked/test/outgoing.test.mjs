import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeWorld, messageId, pnJid } from './support/world.mjs';

let world;
let gateway;
let wa;
let us;
let bob;
before(async () => {
  world = await makeWorld();
  ({ gateway, wa } = world);
  us = await world.linked('s1');
  bob = await world.contact({ name: 'Bob' });
});
after(() => world.close());

async function send(content, more = {}) {
  const id = messageId();
  const ok = await gateway.ask('message.send', { session: 's1', message_id: id, to: bob.jid, content, ...more });
  assert.equal(ok.outcome, 'accepted');
  return id;
}

test('A text arrives, its bytes are kept before and its ack is stored before the reply', async () => {
  const id = await send({ kind: 'text', text: 'hello' });
  const got = await wa.arrived(bob.pn, { id });
  assert.equal(got.message.extendedTextMessage.text, 'hello');
  const own = await wa.arrived(us.pn, { id, self: true });
  assert.equal(own.chat, bob.jid);
  const order = gateway.seen.filter(frame => frame.message_id === id).map(frame => frame.op);
  assert.deepEqual(order.slice(0, 2), ['sent', 'ack']);
  const ack = await gateway.op('s1', 'ack', frame => frame.message_id === id);
  assert.equal(ack.outcome, 'accepted');
  assert.ok(gateway.kept.has(`s1 ${id}`));
});

test('Delivered, read and played come as receipts with the id we chose', async () => {
  const id = await send({ kind: 'text', text: 'receipts' });
  await wa.arrived(bob.pn, { id });
  const delivered = await gateway.op('s1', 'receipt', frame => frame.message_ids.includes(id) && frame.type === 'delivered');
  assert.equal(delivered.chat, bob.jid);
  await wa.post('/phone/receipt', { pn: bob.pn, id, type: 'read' });
  await gateway.op('s1', 'receipt', frame => frame.message_ids.includes(id) && frame.type === 'read');
  await wa.post('/phone/receipt', { pn: bob.pn, id, type: 'played' });
  await gateway.op('s1', 'receipt', frame => frame.message_ids.includes(id) && frame.type === 'played');
});

test('To a LID works like to a number', async () => {
  const id = messageId();
  await gateway.ask('message.send', { session: 's1', message_id: id, to: bob.lid, content: { kind: 'text', text: 'by lid' } });
  const got = await wa.arrived(bob.pn, { id });
  assert.ok(got.from.endsWith('@lid'));
});

test('Location, contacts and a poll arrive as such', async () => {
  const place = await wa.arrived(bob.pn, { id: await send({ kind: 'location', latitude: 52.5, longitude: 13.25, name: 'Office', address: 'Main 1' }) });
  assert.equal(place.message.locationMessage.degreesLatitude, 52.5);
  assert.equal(place.message.locationMessage.name, 'Office');
  const card = { name: 'Kim', vcard: 'BEGIN:VCARD\nVERSION:3.0\nFN:Kim\nEND:VCARD' };
  const one = await wa.arrived(bob.pn, { id: await send({ kind: 'contacts', contacts: [card] }) });
  assert.equal(one.message.contactMessage.vcard, card.vcard);
  const two = await wa.arrived(bob.pn, { id: await send({ kind: 'contacts', contacts: [card, { ...card, name: 'Lee' }] }) });
  assert.deepEqual(two.message.contactsArrayMessage.contacts.map(contact => contact.displayName), ['Kim', 'Lee']);
  const poll = await wa.arrived(bob.pn, { id: await send({ kind: 'poll', name: 'Day?', options: ['Mon', 'Tue'], selectable: 0 }) });
  assert.deepEqual(poll.message.pollCreationMessage.options.map(option => option.optionName), ['Mon', 'Tue']);
  assert.equal(poll.type, 'poll');
});

test('A reply quotes the kept message, and mentions are carried', async () => {
  const { id: asked } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'question' });
  await gateway.message('s1', frame => frame.message_id === asked);
  const id = await send({ kind: 'text', text: 'answer' }, { reply_to: { id: asked, sender: bob.jid }, mentions: [bob.jid] });
  const { message } = await wa.arrived(bob.pn, { id });
  const { contextInfo } = message.extendedTextMessage;
  assert.equal(contextInfo.stanzaId, asked);
  assert.equal(contextInfo.participant, bob.jid);
  assert.equal(contextInfo.quotedMessage.conversation, 'question');
  assert.deepEqual(contextInfo.mentionedJid, [bob.jid]);
});

test('A reply to a message nobody kept still goes out', async () => {
  const id = await send({ kind: 'text', text: 'late answer' }, { reply_to: { id: '3AUNKNOWN', sender: bob.jid } });
  const { message } = await wa.arrived(bob.pn, { id });
  assert.equal(message.extendedTextMessage.contextInfo.stanzaId, '3AUNKNOWN');
});

test('Editing and revoking an own message', async () => {
  const id = await send({ kind: 'text', text: 'first' });
  const edit = messageId();
  await gateway.ask('message.edit', { session: 's1', message_id: edit, chat: bob.jid, target: { id }, text: 'second' });
  const edited = await wa.arrived(bob.pn, { id: edit });
  assert.equal(edited.edit, '1');
  assert.equal(edited.message.protocolMessage.key.id, id);
  assert.equal(edited.message.protocolMessage.editedMessage.extendedTextMessage.text, 'second');
  const revoke = messageId();
  await gateway.ask('message.revoke', { session: 's1', message_id: revoke, chat: bob.jid, target: { id, from_me: true } });
  const revoked = await wa.arrived(bob.pn, { id: revoke });
  assert.equal(revoked.edit, '7');
  assert.equal(revoked.message.protocolMessage.key.id, id);
  await assert.rejects(gateway.ask('message.revoke', { session: 's1', message_id: messageId(), chat: bob.jid, target: { id: 'ABC', from_me: false } }), { code: 'bad_request' });
});

test('Reacting and taking the reaction back', async () => {
  const { id: target } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'like me' });
  await gateway.message('s1', frame => frame.message_id === target);
  const react = messageId();
  await gateway.ask('message.react', { session: 's1', message_id: react, chat: bob.jid, target: { id: target, from_me: false, sender: bob.jid }, emoji: '👍' });
  const got = await wa.arrived(bob.pn, { id: react });
  assert.equal(got.message.reactionMessage.text, '👍');
  assert.equal(got.message.reactionMessage.key.id, target);
  assert.equal(got.type, 'reaction');
  const back = messageId();
  await gateway.ask('message.react', { session: 's1', message_id: back, chat: bob.jid, target: { id: target, from_me: false }, emoji: '' });
  const taken = await wa.arrived(bob.pn, { id: back });
  assert.equal(taken.message.reactionMessage.text ?? '', '');
  assert.equal(taken.edit, '7');
});

test('A vote names options; foreign options, too many, and unknown polls are refused', async () => {
  const { id: poll } = await wa.send(bob.pn, us.pn, { kind: 'poll', name: 'P?', options: ['red', 'blue'], selectable: 1 });
  await gateway.message('s1', frame => frame.message_id === poll);
  const vote = options => {
    const id = messageId();
    return gateway.ask('message.vote', { session: 's1', message_id: id, chat: bob.jid, target: { id: poll, from_me: false, sender: bob.jid }, options }).then(() => id);
  };
  const id = await vote(['blue']);
  await wa.arrived(bob.pn, { id });
  assert.deepEqual(await wa.get('/phone/vote', { pn: bob.pn, id }), { poll, options: ['blue'] });
  const none = await vote([]);
  await wa.arrived(bob.pn, { id: none });
  assert.deepEqual((await wa.get('/phone/vote', { pn: bob.pn, id: none })).options, []);
  await assert.rejects(vote(['green']), { code: 'bad_request', field: 'options' });
  await assert.rejects(vote(['red', 'blue']), { code: 'bad_request', field: 'options' });
  await assert.rejects(gateway.ask('message.vote', { session: 's1', message_id: messageId(), chat: bob.jid, target: { id: 'NOPOLL01', from_me: false }, options: [] }), { code: 'not_found' });
});

test('Forwarding copies the kept message and marks it', async () => {
  const { id: source } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'pass it on' });
  await gateway.message('s1', frame => frame.message_id === source);
  const carol = await world.contact();
  const id = messageId();
  await gateway.ask('message.forward', { session: 's1', message_id: id, source: { chat: bob.jid, id: source }, to: carol.jid });
  const { message } = await wa.arrived(carol.pn, { id });
  assert.equal(message.extendedTextMessage.text, 'pass it on');
  assert.equal(message.extendedTextMessage.contextInfo.isForwarded, true);
  await assert.rejects(gateway.ask('message.forward', { session: 's1', message_id: messageId(), source: { chat: bob.jid, id: 'NOTKEPT1' }, to: carol.jid }), { code: 'not_found' });
});

test('Typing is shown before a message that asks for it, and on request', async () => {
  const since = await wa.seq();
  const id = await send({ kind: 'text', text: 'typed' }, { typing: { state: 'composing', ms: 50 } });
  const shown = await wa.wait('typing', { since });
  const got = await wa.arrived(bob.pn, { id });
  assert.ok(shown.seq < got.seq);
  await gateway.ask('typing.send', { session: 's1', chat: bob.jid, state: 'recording' });
  await wa.wait('typing', { since: shown.seq });
});

test('Read receipts reach the author', async () => {
  const { id } = await wa.send(bob.pn, us.pn, { kind: 'text', text: 'read me' });
  await gateway.message('s1', frame => frame.message_id === id);
  await gateway.ask('receipt.send', { session: 's1', chat: bob.jid, type: 'read', messages: [{ id, sender: bob.jid }] });
  await wa.wait('receipt', { pn: bob.pn, type: 'read' });
});

test('What is wrong with a request is said, field by field', async () => {
  const ask = fields => gateway.ask('message.send', { session: 's1', message_id: messageId(), to: bob.jid, content: { kind: 'text', text: 'x' }, ...fields });
  for (const [field, fields] of Object.entries({
    message_id: { message_id: 'short' }, to: { to: '+4915112345678' }, content: { content: null }, kind: { content: { kind: 'dance' } }, text: { content: { kind: 'text', text: '' } },
    latitude: { content: { kind: 'location', latitude: 91, longitude: 0 } }, options: { content: { kind: 'poll', name: 'x', options: ['a', 'a'] } }, mentions: { mentions: ['nobody'] },
    sha256: { content: { kind: 'image', media: { path: 'out/a', sha256: 'zz', size: 1, mimetype: 'image/png' } } }, ms: { typing: { ms: 99_999 } },
  })) {
    await assert.rejects(ask(fields), { code: 'bad_request', field }, field);
  }
  await assert.rejects(gateway.ask('message.send', { session: 'nobody' }), { code: 'no_session' });
  await assert.rejects(gateway.ask('message.dance', { session: 's1' }), { code: 'unknown_op' });
});

test('The same message_id twice at once is a conflict', async () => {
  await wa.post('/faults/ack-delay', { pn: us.pn, milliseconds: 500 });
  const id = messageId();
  const fields = { session: 's1', message_id: id, to: pnJid(bob.pn), content: { kind: 'text', text: 'once' } };
  const first = gateway.ask('message.send', fields);
  await assert.rejects(gateway.ask('message.send', fields), { code: 'conflict' });
  assert.equal((await first).outcome, 'accepted');
  await wa.post('/faults/ack-delay', { pn: us.pn, milliseconds: 0 });
});
