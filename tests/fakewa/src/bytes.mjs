// Small pure functions over bytes, ids and times.
import crypto from 'node:crypto';

export const bigEndian = (value, size) => {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntBE(value, 0, size);
  return bytes;
};
export const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest();
export const hmacSha256 = (key, bytes) => crypto.createHmac('sha256', key).update(bytes).digest();
export const hkdf = (secret, length, { salt = Buffer.alloc(0), info = '' } = {}) =>
  Buffer.from(crypto.hkdfSync('sha256', secret, salt, Buffer.from(info), length));
export const base64url = (bytes) => Buffer.from(bytes).toString('base64url');
export const unixNow = () => Math.floor(Date.now() / 1000);
export const seconds = () => String(unixNow());
export const randomHex = (size) => crypto.randomBytes(size).toString('hex').toUpperCase();
export const stanzaId = () => randomHex(5);
export const messageId = () => '3EB0' + randomHex(9);
export const randomDigits = (count) => String(crypto.randomInt(1, 10)) + Array.from({ length: count - 1 }, () => crypto.randomInt(10)).join('');

export function sealGcm(key, iv, plain, extra = Buffer.alloc(0)) {
  const cipher = crypto.createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(extra);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws when the tag does not fit. */
export function openGcm(key, iv, sealed, extra = Buffer.alloc(0)) {
  if (sealed.length < 16) throw new Error('sealed bytes are shorter than their tag');
  const decipher = crypto.createDecipheriv('aes-256-gcm', key, iv);
  decipher.setAAD(extra);
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}

/** A small generator with a seed, so that a run with random fragments can be repeated. */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
