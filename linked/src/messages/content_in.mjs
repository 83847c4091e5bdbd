import { proto, toNumber } from 'baileys';
import { mediaToken } from '../media/token.mjs';
import { targetOf } from './addresses.mjs';
import { pollOf, unwrap } from './unwrap.mjs';

const { REVOKE, MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type;
const MEDIA = {
  imageMessage: 'image', videoMessage: 'video', ptvMessage: 'video', audioMessage: 'audio', documentMessage: 'document', stickerMessage: 'sticker',
};
const SILENT = new Set(['senderKeyDistributionMessage', 'messageHistoryBundle', 'placeholderMessage', 'keepInChatMessage', 'stickerSyncRmrMessage']);
const MAX_THUMBNAIL = 24 * 1024;
const present = fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ''));

function media(kind, body) {
  return {
    kind,
    media: present({ mimetype: body.mimetype, size: toNumber(body.fileLength ?? 0), sha256: Buffer.from(body.fileSha256 ?? []).toString('hex'), ...mediaToken(kind, body) }),
    ...present({ caption: body.caption, file_name: body.fileName || body.title, width: body.width || undefined, height: body.height || undefined,
      seconds: body.seconds || undefined,
      thumbnail: body.jpegThumbnail?.length && body.jpegThumbnail.length <= MAX_THUMBNAIL ? Buffer.from(body.jpegThumbnail).toString('base64') : undefined, voice: kind === 'audio' ? Boolean(body.ptt) : undefined }),
  };
}

/** The generic content of a message, { kind: 'vote', encrypted } for a vote that is still to be opened, or null for what is not for people. */
export function contentOf(message, view) {
  const { message: inner, type, body } = unwrap(message);
  if (!type || SILENT.has(type)) return null;
  if (type in MEDIA) return media(MEDIA[type], body);
  const poll = pollOf(message);
  if (poll) return { kind: 'poll', name: poll.name, options: poll.options, selectable: poll.selectable };
  switch (type) {
    case 'conversation':
      return { kind: 'text', text: body };
    case 'extendedTextMessage':
      return { kind: 'text', text: body.text ?? '' };
    case 'locationMessage':
    case 'liveLocationMessage':
      return { kind: 'location', latitude: body.degreesLatitude ?? 0, longitude: body.degreesLongitude ?? 0, ...present({ name: body.name, address: body.address }) };
    case 'contactMessage':
      return { kind: 'contacts', contacts: [{ name: body.displayName ?? '', vcard: body.vcard ?? '' }] };
    case 'contactsArrayMessage':
      return { kind: 'contacts', contacts: (body.contacts ?? []).map(one => ({ name: one.displayName ?? '', vcard: one.vcard ?? '' })) };
    case 'reactionMessage':
      return { kind: 'reaction', target: targetOf(body.key ?? {}, view), emoji: body.text ?? '' };
    case 'pollUpdateMessage':
      return { kind: 'vote', target: targetOf(body.pollCreationMessageKey ?? {}, view), encrypted: body.vote };
    case 'protocolMessage':
      return protocol(body, view);
    default:
      return { kind: 'unknown', type: Object.keys(inner).find(name => name === type) ?? 'unknown' };
  }
}

function protocol(body, view) {
  if (body.type === REVOKE) return { kind: 'revoke', target: targetOf(body.key ?? {}, view) };
  if (body.type === MESSAGE_EDIT) {
    const content = contentOf(body.editedMessage ?? {}, view);
    return content ? { kind: 'edit', target: targetOf(body.key ?? {}, view), content } : null;
  }
  return null; // keys, history, settings: the library's own business
}
