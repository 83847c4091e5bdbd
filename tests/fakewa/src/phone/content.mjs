// From what a test wants said to a protobuf message. One builder per kind; { kind: 'raw', message } takes any.
import crypto from 'node:crypto';
import { proto } from 'baileys';
import { mediaOf } from './media.mjs';
import { sealVote } from './poll.mjs';

const bad = (message) => Object.assign(new Error(message), { status: 400 });
const { Type } = proto.Message.ProtocolMessage;

/** The key of a message the phone knows, as the phone would write it. */
function keyOf(phone, id) {
  const entry = phone.memory.need(id);
  const mode = phone.account.addressing;
  const remoteJid = entry.chat.members ? entry.chat.id : entry.chat.jid(0, mode);
  return { remoteJid, fromMe: entry.fromMe, id, ...(entry.chat.members ? { participant: entry.sender.jid(0, entry.chat.mode) } : {}) };
}
function context(phone, to, { quote, mentions, forwarded }) {
  const info = {};
  const mode = to.members ? to.mode : phone.account.addressing;
  if (quote) {
    const entry = phone.memory.need(quote);
    Object.assign(info, { stanzaId: quote, participant: entry.sender.jid(0, mode), quotedMessage: entry.message });
  }
  if (mentions?.length) info.mentionedJid = mentions.map((who) => (String(who).includes('@') ? who : phone.account.world.account(who).jid(0, mode)));
  if (forwarded) Object.assign(info, { isForwarded: true, forwardingScore: 1 });
  return Object.keys(info).length ? { contextInfo: info } : {};
}
const defaults = { image: 'image/jpeg', video: 'video/mp4', audio: 'audio/ogg; codecs=opus', document: 'application/pdf', sticker: 'image/webp' };
function bytesFor({ data, size }) {
  if (data !== undefined) return Buffer.from(data, 'base64');
  if (!Number.isInteger(size) || size < 0 || size > 64 * 1024 * 1024) throw bad('a file needs data (base64) or a size');
  return crypto.randomBytes(size);
}
function file(kind) {
  return (phone, to, wish) => {
    const part = { ...phone.upload(kind, bytesFor(wish)), mimetype: wish.mimetype ?? defaults[kind], ...context(phone, to, wish) };
    if (wish.caption !== undefined && kind !== 'audio' && kind !== 'sticker') part.caption = wish.caption;
    if (kind === 'document') Object.assign(part, { fileName: wish.fileName ?? 'file', title: wish.fileName ?? 'file' });
    if (kind === 'audio') Object.assign(part, { ptt: Boolean(wish.ptt), seconds: wish.seconds ?? 1 });
    if (kind === 'video') Object.assign(part, { seconds: wish.seconds ?? 1, gifPlayback: Boolean(wish.gif) });
    if (kind === 'image' || kind === 'video') Object.assign(part, { width: wish.width ?? 1, height: wish.height ?? 1 });
    const message = { [`${kind}Message`]: part };
    const wrapped = kind === 'document' && wish.caption !== undefined ? { documentWithCaptionMessage: { message } } : message;
    return { message: wish.viewOnce ? { viewOnceMessageV2: { message: wrapped } } : wrapped, type: 'media' };
  };
}
const vcard = ({ name, phone }) => `BEGIN:VCARD\nVERSION:3.0\nFN:${name}\nTEL;type=CELL;waid=${phone}:+${phone}\nEND:VCARD`;
const card = (one) => ({ displayName: one.name ?? '', vcard: one.vcard ?? vcard(one) });

const builders = {
  text: (phone, to, wish) => {
    const extra = context(phone, to, wish);
    return { message: extra.contextInfo ? { extendedTextMessage: { text: wish.text, ...extra } } : { conversation: wish.text } };
  },
  image: file('image'), video: file('video'), audio: file('audio'), document: file('document'), sticker: file('sticker'),
  location: (phone, to, wish) => ({ message: { locationMessage: { degreesLatitude: wish.latitude, degreesLongitude: wish.longitude, name: wish.name, address: wish.address, ...context(phone, to, wish) } }, type: 'media' }),
  contact: (phone, to, wish) => ({ message: wish.contacts ? { contactsArrayMessage: { displayName: `${wish.contacts.length} contacts`, contacts: wish.contacts.map(card) } } : { contactMessage: card(wish) }, type: 'media' }),
  poll: (phone, to, wish) => ({ message: { pollCreationMessageV3: { name: wish.name, options: wish.options.map((optionName) => ({ optionName })), selectableOptionsCount: wish.selectable ?? 1 } }, type: 'poll' }),
  vote: (phone, to, wish) => {
    const poll = phone.memory.need(wish.poll);
    const secret = poll.message.messageContextInfo?.messageSecret;
    if (!secret) throw bad('that poll has no secret');
    const mode = to.members ? to.mode : phone.account.addressing;
    const vote = sealVote(Buffer.from(secret), { pollId: wish.poll, creator: poll.sender.jid(0, mode), voter: phone.account.jid(0, mode) }, wish.options);
    return { message: { pollUpdateMessage: { pollCreationMessageKey: keyOf(phone, wish.poll), vote, senderTimestampMs: Date.now() } }, type: 'poll', secretless: true };
  },
  reaction: (phone, to, wish) => ({ message: { reactionMessage: { key: keyOf(phone, wish.id), text: wish.emoji ?? '', senderTimestampMs: Date.now() } }, type: 'reaction', attrs: wish.emoji ? {} : { edit: '7' }, secretless: true }),
  edit: (phone, to, wish) => ({ message: { protocolMessage: { type: Type.MESSAGE_EDIT, key: keyOf(phone, wish.id), editedMessage: { conversation: wish.text }, timestampMs: Date.now() } }, attrs: { edit: '1' }, secretless: true }),
  revoke: (phone, to, wish) => ({ message: { protocolMessage: { type: Type.REVOKE, key: keyOf(phone, wish.id) } }, attrs: { edit: phone.memory.need(wish.id).fromMe ? '7' : '8' }, secretless: true }),
  forward: (phone, to, wish) => {
    const { messageContextInfo, ...message } = phone.memory.need(wish.id).message;
    if (message.conversation) return { message: { extendedTextMessage: { text: message.conversation, contextInfo: { isForwarded: true, forwardingScore: 1 } } } };
    mediaOf(message).part.contextInfo = { isForwarded: true, forwardingScore: 1 };
    return { message, type: 'media' };
  },
  raw: (phone, to, wish) => ({ message: proto.Message.fromObject(wish.message), type: wish.type ?? 'text', attrs: wish.attrs, secretless: true }),
};

/** { message, type, attrs } for what is to be sent. */
export function buildContent(phone, to, wish) {
  const build = Object.hasOwn(builders, wish.kind) ? builders[wish.kind] : undefined;
  if (!build) throw bad(`kind is one of ${Object.keys(builders).join(', ')}`);
  if (wish.kind === 'text' && typeof wish.text !== 'string') throw bad('a text needs text');
  const { message, type = 'text', attrs, secretless } = build(phone, to, wish);
  const secret = secretless || wish.secret === false ? {} : { messageContextInfo: { messageSecret: crypto.randomBytes(32) } };
  return { message: proto.Message.fromObject({ ...message, ...secret }), type, attrs: { ...attrs, ...wish.attrs } };
}
