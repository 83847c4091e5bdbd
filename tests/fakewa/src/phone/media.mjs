// Files as WhatsApp keeps them: AES-CBC and a MAC under keys derived from a media key; only ciphertext is stored.
import crypto from 'node:crypto';
import { proto } from 'baileys';
import { bytesOf, child, el } from '../nodes.mjs';
import { hkdf, hmacSha256, openGcm, sealGcm, seconds, sha256 } from '../bytes.mjs';

const labels = { image: 'Image', sticker: 'Image', video: 'Video', audio: 'Audio', document: 'Document' };

function mediaKeys(mediaKey, kind) {
  const expanded = hkdf(mediaKey, 112, { info: `WhatsApp ${labels[kind]} Keys` });
  return { iv: expanded.subarray(0, 16), cipherKey: expanded.subarray(16, 48), macKey: expanded.subarray(48, 80) };
}
const macOf = (keys, ciphertext) => hmacSha256(keys.macKey, Buffer.concat([keys.iv, ciphertext])).subarray(0, 10);

export function uploadFor(store, kind, bytes) {
  const mediaKey = crypto.randomBytes(32);
  const keys = mediaKeys(mediaKey, kind);
  const cipher = crypto.createCipheriv('aes-256-cbc', keys.cipherKey, keys.iv);
  const ciphertext = Buffer.concat([cipher.update(bytes), cipher.final()]);
  const file = Buffer.concat([ciphertext, macOf(keys, ciphertext)]);
  const { url, directPath } = store.put(kind, file);
  return { url, directPath, mediaKey, fileSha256: sha256(bytes), fileEncSha256: sha256(file), fileLength: bytes.length, mediaKeyTimestamp: Number(seconds()) };
}

const mediaFields = { imageMessage: 'image', videoMessage: 'video', audioMessage: 'audio', documentMessage: 'document', stickerMessage: 'sticker' };

/** The file part of a message and its kind, also inside a document with a caption. */
export function mediaOf(message) {
  const inner = message.documentWithCaptionMessage?.message ?? message.ephemeralMessage?.message ?? message;
  for (const [field, kind] of Object.entries(mediaFields)) if (inner[field]) return { kind, part: inner[field] };
  throw Object.assign(new Error('that message has no file'), { status: 400 });
}

/** What a phone does when its user opens a file: fetch, check everything, decrypt. */
export function openMedia(store, message) {
  const { kind, part } = mediaOf(message);
  const file = store.get(part.directPath);
  if (!file) throw Object.assign(new Error('the file is not on the server'), { status: 404 });
  const keys = mediaKeys(Buffer.from(part.mediaKey), kind);
  const ciphertext = file.subarray(0, -10);
  if (!macOf(keys, ciphertext).equals(file.subarray(-10))) throw new Error('the MAC is wrong');
  if (!sha256(file).equals(Buffer.from(part.fileEncSha256))) throw new Error('fileEncSha256 is wrong');
  const decipher = crypto.createDecipheriv('aes-256-cbc', keys.cipherKey, keys.iv);
  const plain = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  if (!sha256(plain).equals(Buffer.from(part.fileSha256))) throw new Error('fileSha256 is wrong');
  if (Number(part.fileLength) !== plain.length) throw new Error('fileLength is wrong');
  return { kind, mimetype: part.mimetype ?? '', plain };
}

const { ResultType } = proto.MediaRetryNotification;
const retryKey = (mediaKey) => hkdf(mediaKey, 32, { info: 'WhatsApp Media Retry Notification' });

/** <receipt type=server-error>: a device could not fetch a file; the phone uploads it again when it still has it. */
export async function answerMediaRetry(phone, device, receipt) {
  const { id } = receipt.attrs;
  const rmr = child(receipt, 'rmr');
  const { store } = phone.services.media;
  const entry = phone.memory.get(id);
  if (!entry || !rmr) return;
  const { part } = mediaOf(entry.message);
  const mediaKey = Buffer.from(part.mediaKey);
  const request = child(receipt, 'encrypt');
  openGcm(retryKey(mediaKey), bytesOf(request, 'enc_iv'), bytesOf(request, 'enc_p'), Buffer.from(id));
  const directPath = store.renew(part.directPath);
  const answer = directPath ? { stanzaId: id, directPath, result: ResultType.SUCCESS } : { stanzaId: id, result: ResultType.NOT_FOUND };
  const iv = crypto.randomBytes(12);
  const sealed = sealGcm(retryKey(mediaKey), iv, Buffer.from(proto.MediaRetryNotification.encode(answer).finish()), Buffer.from(id));
  const attrs = { jid: rmr.attrs.jid, from_me: rmr.attrs.from_me ?? 'false', ...(rmr.attrs.participant ? { participant: rmr.attrs.participant } : {}) };
  phone.services.journal.append('media_retry', { pn: phone.account.pn, device: device.id, id, found: Boolean(directPath) });
  phone.services.delivery.to(phone.account, device.id, el('notification', { from: phone.account.pnJid(), type: 'mediaretry', id, t: seconds() },
    [el('rmr', attrs), el('encrypt', {}, [el('enc_p', {}, sealed), el('enc_iv', {}, iv)])]));
}
