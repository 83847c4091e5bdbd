import { generateWAMessageContent, generateWAMessageFromContent, proto } from 'baileys';
import { Fault, badRequest } from '../protocol/errors.mjs';
import { chatJid, flag, integer, list, matching, number, object, oneOf, text } from '../protocol/fields.mjs';
import { plain } from './addresses.mjs';

const SHA = /^[0-9a-f]{64}$/;
const MIME = /^[\w.+-]{1,100}\/[\w.+-]{1,100}(;[\x20-\x7e]{0,100})?$/;
const FIELD = { image: 'imageMessage', video: 'videoMessage', audio: 'audioMessage', document: 'documentMessage', sticker: 'stickerMessage' };
export const MEDIA_KINDS = Object.keys(FIELD);
const options = { logger: undefined, userJid: '' };
const build = content => generateWAMessageContent(content, { ...options });

/** Checks the `content` of message.send before anything is done with it. */
export function readContent(request) {
  const from = object(request, 'content');
  const kind = oneOf(from, 'kind', ['text', 'location', 'contacts', 'poll', ...MEDIA_KINDS]);
  switch (kind) {
    case 'text':
      return { kind, text: text(from, 'text') };
    case 'location':
      return { kind, latitude: number(from, 'latitude', -90, 90), longitude: number(from, 'longitude', -180, 180), name: text(from, 'name', { max: 1000, optional: true }), address: text(from, 'address', { max: 1000, optional: true }) };
    case 'contacts':
      return { kind, contacts: list(from, 'contacts', one => ({ name: text(one ?? {}, 'name', { max: 200 }), vcard: text(one, 'vcard', { max: 16384 }) }), { min: 1, max: 50 }) };
    case 'poll': {
      const names = list(from, 'options', value => text({ options: value }, 'options', { max: 1000 }), { min: 2, max: 12 });
      if (new Set(names).size !== names.length) throw badRequest('options', 'options must differ');
      return { kind, name: text(from, 'name', { max: 1000 }), options: names, selectable: integer(from, 'selectable', { max: names.length, optional: true }) ?? 1 };
    }
    default:
      return { kind, ...readMedia(from) };
  }
}

function readMedia(from) {
  const media = object(from, 'media');
  return {
    media: { path: text(media, 'path', { max: 500 }), sha256: matching(media, 'sha256', SHA), size: integer(media, 'size'), mimetype: matching(media, 'mimetype', MIME) },
    caption: text(from, 'caption', { optional: true }),
    file_name: text(from, 'file_name', { max: 250, optional: true }),
    voice: flag(from, 'voice'),
    seconds: integer(from, 'seconds', { max: 1_000_000, optional: true }),
    width: integer(from, 'width', { max: 100_000, optional: true }),
    height: integer(from, 'height', { max: 100_000, optional: true }),
    thumbnail: matching({ thumbnail: from.thumbnail?.slice?.(0, 48 * 1024) }, 'thumbnail', /^/, { optional: true }),
  };
}

/** The WhatsApp message for checked content. uploaded: what upload() gave, for media. */
export async function messageFor(content, uploaded) {
  switch (content.kind) {
    case 'text':
      return build({ text: content.text, linkPreview: null });
    case 'location':
      return build({ location: { degreesLatitude: content.latitude, degreesLongitude: content.longitude, name: content.name, address: content.address } });
    case 'contacts': {
      const contacts = content.contacts.map(({ name, vcard }) => ({ displayName: name, vcard }));
      return build({ contacts: { displayName: contacts.length === 1 ? contacts[0].displayName : `${contacts.length} contacts`, contacts } });
    }
    case 'poll':
      return build({ poll: { name: content.name, values: content.options, selectableCount: content.selectable } });
    default:
      return mediaMessage(content, uploaded);
  }
}

function mediaMessage(content, uploaded) {
  const { kind, media } = content;
  const body = {
    ...uploaded, mimetype: media.mimetype, caption: kind === 'audio' || kind === 'sticker' ? undefined : content.caption,
    width: content.width, height: content.height,
    ...(kind === 'document' ? { fileName: content.file_name ?? 'file', title: content.file_name ?? 'file' } : {}),
    ...(kind === 'audio' ? { ptt: content.voice ?? false } : {}),
    ...(kind === 'audio' || kind === 'video' ? { seconds: content.seconds } : {}),
    ...(content.thumbnail && kind !== 'audio' && kind !== 'sticker' ? { jpegThumbnail: Buffer.from(content.thumbnail, 'base64') } : {}),
  };
  const message = proto.Message.fromObject({ [FIELD[kind]]: body });
  if (kind !== 'document' || !content.caption) return message;
  return proto.Message.fromObject({ documentWithCaptionMessage: { message } });
}

/** Adds the quote and the mentions. quoted: { key, message } or undefined. */
export function dressed(jid, message, { me, quoted, mentions }) {
  let full = message;
  if (quoted) full = generateWAMessageFromContent(jid, message, { userJid: plain(me.id), quoted }).message;
  if (mentions?.length) {
    const holder = full.documentWithCaptionMessage?.message ?? full;
    const body = holder[Object.keys(holder).find(name => name.endsWith('Message') && typeof holder[name] === 'object')];
    if (body) body.contextInfo = { ...(body.contextInfo ?? {}), mentionedJid: mentions };
  }
  return proto.Message.fromObject(full);
}

export function editOf(id, chat, newText, mentions) {
  return build({ text: newText, linkPreview: null, edit: { remoteJid: chat, fromMe: true, id }, ...(mentions?.length ? { mentions } : {}) });
}

export const revokeOf = key => build({ delete: key });
export const reactionTo = (key, emoji) => build({ react: { key, text: emoji } });

/** A copy of a kept message, marked as forwarded. */
export async function forwardOf(kept) {
  try {
    const copy = await build({ forward: { key: { fromMe: false }, message: kept } });
    delete copy.messageContextInfo;
    return proto.Message.fromObject(copy);
  } catch {
    throw new Fault('bad_request', 'this kind of message cannot be forwarded', { field: 'source' });
  }
}

export const readMentions = request => list(request, 'mentions', value => chatJid({ mentions: value }, 'mentions'), { max: 1024, optional: true });
