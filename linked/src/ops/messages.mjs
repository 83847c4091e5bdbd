import { setTimeout as sleep } from 'node:timers/promises';
import { proto } from 'baileys';
import { Fault, badRequest } from '../protocol/errors.mjs';
import { chatJid, foreignId, integer, list, messageId, object, oneOf, target, text } from '../protocol/fields.mjs';
import { MEDIA_KINDS, dressed, editOf, forwardOf, messageFor, reactionTo, readContent, readMentions, revokeOf } from '../messages/content_out.mjs';
import { castVote } from '../messages/votes.mjs';
import { isGroup, isMe, plain } from '../messages/addresses.mjs';
import { sharedPath } from '../media/shared_path.mjs';
import { upload } from '../media/upload.mjs';
import { queryFault } from '../session/sends.mjs';
import { showTyping } from './presence.mjs';

const MAX_TYPING_MS = 20_000;

/** Hands a finished message to WhatsApp. The bytes are stored before it leaves. */
function relay(session, { id, chat, message, attributes, nodes }) {
  const sock = session.live();
  const options = { messageId: id, additionalAttributes: attributes, additionalNodes: nodes };
  return session.sends.run({
    id,
    chat,
    relay: async () => {
      session.record('sent', { chat, message_id: id }, Buffer.from(proto.Message.encode(message).finish()));
      return sock.relayMessage(chat, message, options);
    },
    again: () => sock.relayMessage(chat, message, { ...options, useUserDevicesCache: false }),
  });
}

const keyOf = (session, chat, { id, from_me: fromMe, sender }) => ({ remoteJid: chat, fromMe, id, ...(isGroup(chat) && !fromMe ? { participant: sender } : {}) });

function foreignTarget(request, chat) {
  const aim = target(request);
  if (isGroup(chat) && !aim.from_me && !aim.sender) throw badRequest('target', 'target.sender is missing');
  return aim;
}

async function uploaded(session, sock, { kind, media }) {
  const file = await sharedPath(session.sharedDir, media.path);
  const connection = async fresh => {
    try {
      return await sock.refreshMediaConn(fresh);
    } catch (error) {
      throw queryFault(error);
    }
  };
  return upload({ file, kind, sha256: media.sha256, size: media.size }, { connection, agent: session.agent, maxBytes: session.settings.maxMediaBytes });
}

async function quotedBy(session, chat, request) {
  const reply = target(request, 'reply_to', { optional: true });
  if (!reply) return undefined;
  const kept = await session.keptMessage({ chat, id: reply.id });
  const key = { remoteJid: chat, id: reply.id, fromMe: reply.from_me || isMe(reply.sender, session.creds.me), participant: reply.sender };
  return { key, message: kept ?? proto.Message.create({ conversation: '' }) };
}

async function send(session, request) {
  const id = messageId(request);
  const chat = chatJid(request, 'to');
  const content = readContent(request);
  const mentions = readMentions(request);
  const typing = object(request, 'typing', { optional: true });
  const typingMs = typing ? integer(typing, 'ms', { max: MAX_TYPING_MS }) : 0;
  const typingState = typing ? oneOf(typing, 'state', ['composing', 'recording'], 'composing') : undefined;
  const sock = session.live();
  const file = MEDIA_KINDS.includes(content.kind) ? await uploaded(session, sock, content) : undefined;
  const quoted = await quotedBy(session, chat, request);
  const message = dressed(chat, await messageFor(content, file), { me: session.creds.me, quoted, mentions });
  if (typing) {
    await showTyping(session, chat, typingState).catch(() => {});
    await sleep(typingMs, undefined, { signal: session.stopSignal }).catch(() => session.live()); // not sent: that it stops is the answer
  }
  const nodes = content.kind === 'poll' ? [{ tag: 'meta', attrs: { polltype: 'creation' } }] : [];
  return relay(session, { id, chat, message, nodes });
}

async function edit(session, request) {
  const id = messageId(request);
  const chat = chatJid(request);
  const aim = target(request);
  session.live();
  const message = await editOf(aim.id, chat, text(request, 'text'), readMentions(request));
  return relay(session, { id, chat, message, attributes: { edit: '1' } });
}

async function revoke(session, request) {
  const id = messageId(request);
  const chat = chatJid(request);
  const aim = foreignTarget(request, chat);
  if (!aim.from_me && !isGroup(chat)) throw badRequest('target', 'only own messages can be revoked here');
  session.live();
  const message = await revokeOf(keyOf(session, chat, aim));
  return relay(session, { id, chat, message, attributes: { edit: isGroup(chat) && !aim.from_me ? '8' : '7' } });
}

async function react(session, request) {
  const id = messageId(request);
  const chat = chatJid(request);
  const aim = foreignTarget(request, chat);
  const emoji = text(request, 'emoji', { min: 0, max: 32 });
  session.live();
  const message = await reactionTo(keyOf(session, chat, aim), emoji);
  return relay(session, { id, chat, message, attributes: emoji ? undefined : { edit: '7' } });
}

async function vote(session, request) {
  const id = messageId(request);
  const chat = chatJid(request);
  const aim = foreignTarget(request, chat);
  const options = list(request, 'options', value => text({ options: value }, 'options', { max: 1000 }), { max: 12 });
  const sock = session.live();
  const kept = await session.keptMessage({ chat, id: aim.id });
  const groupUsesLid = isGroup(chat) && (await groupOf(session, sock, chat)).addressingMode !== 'pn';
  const message = castVote({ kept, chat, target: aim, options, me: session.creds.me, groupUsesLid });
  return relay(session, { id, chat, message, nodes: [{ tag: 'meta', attrs: { polltype: 'vote' } }] });
}

async function groupOf(session, sock, chat) {
  const known = session.groupCache.get(chat);
  if (known) return known;
  try {
    const meta = await sock.groupMetadata(chat);
    session.groupCache.set(chat, meta);
    return meta;
  } catch (error) {
    throw queryFault(error);
  }
}

async function forward(session, request) {
  const id = messageId(request);
  const chat = chatJid(request, 'to');
  const source = object(request, 'source');
  const where = { chat: chatJid(source, 'chat'), id: foreignId(source) };
  session.live();
  const kept = await session.keptMessage(where);
  if (!kept) throw new Fault('not_found', 'the message is not kept any more');
  return relay(session, { id, chat, message: await forwardOf(kept) });
}

async function sendReceipt(session, request) {
  const chat = chatJid(request);
  const type = oneOf(request, 'type', ['read', 'played']);
  const messages = list(request, 'messages', one => ({ id: foreignId(one ?? {}), sender: chatJid(one, 'sender', { optional: true }) }), { min: 1, max: 200 });
  const sock = session.live();
  const keys = messages.map(({ id, sender }) => ({ remoteJid: chat, id, fromMe: false, ...(isGroup(chat) ? { participant: plain(sender) } : {}) }));
  try {
    if (type === 'read') await sock.readMessages(keys);
    else await sock.sendReceipts(keys, 'played');
  } catch (error) {
    throw queryFault(error);
  }
  return {};
}

export const messageOps = {
  'message.send': send, 'message.edit': edit, 'message.revoke': revoke, 'message.react': react, 'message.vote': vote, 'message.forward': forward, 'receipt.send': sendReceipt,
};
