import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Transform } from 'node:stream';
import { Fault } from '../protocol/errors.mjs';

const MAC = 10;
const INFO = { image: 'Image', sticker: 'Image', video: 'Video', audio: 'Audio', document: 'Document' };

function keysFor(mediaKey, kind) {
  const all = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(0), `WhatsApp ${INFO[kind]} Keys`, 112));
  return { iv: all.subarray(0, 16), key: all.subarray(16, 48), mac: all.subarray(48, 80) };
}

const failed = (message, reason) => new Fault('media_failed', message, { reason, retryable: false });

/** Encrypts what flows through. After the end `result()` gives { sha, enc, size } of the plain text. */
export function encryptor(mediaKey, kind, maxBytes) {
  const { iv, key, mac } = keysFor(mediaKey, kind);
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const tag = createHmac('sha256', mac).update(iv);
  const sha = createHash('sha256');
  const enc = createHash('sha256');
  let size = 0;
  const emit = (stream, bytes) => {
    if (!bytes.length) return;
    tag.update(bytes);
    enc.update(bytes);
    stream.push(bytes);
  };
  const stream = new Transform({
    transform(chunk, _, done) {
      size += chunk.length;
      if (size > maxBytes) return done(new Fault('too_large', 'the file is too large'));
      sha.update(chunk);
      emit(this, cipher.update(chunk));
      done();
    },
    flush(done) {
      emit(this, cipher.final());
      const end = tag.digest().subarray(0, MAC);
      enc.update(end);
      this.push(end);
      done();
    },
  });
  return { stream, result: () => ({ sha: sha.digest(), enc: enc.digest(), size }) };
}

/** Decrypts what flows through and fails at the end unless MAC and both hashes fit. */
export function decryptor({ key: mediaKey, kind, sha: wantedSha, enc: wantedEnc }, maxBytes) {
  const { iv, key, mac } = keysFor(mediaKey, kind);
  const cipher = createDecipheriv('aes-256-cbc', key, iv);
  const tag = createHmac('sha256', mac).update(iv);
  const sha = createHash('sha256');
  const enc = createHash('sha256');
  let tail = Buffer.alloc(0); // may be the MAC
  let size = 0;
  const emit = (stream, bytes) => {
    size += bytes.length;
    sha.update(bytes);
    if (bytes.length) stream.push(bytes);
  };
  const stream = new Transform({
    transform(chunk, _, done) {
      enc.update(chunk);
      const all = tail.length ? Buffer.concat([tail, chunk]) : chunk;
      const body = all.subarray(0, Math.max(0, all.length - MAC));
      tail = Buffer.from(all.subarray(body.length));
      if (size + body.length > maxBytes + 16) return done(new Fault('too_large', 'the file is too large'));
      tag.update(body);
      emit(this, cipher.update(body));
      done();
    },
    flush(done) {
      const wantedTag = tag.digest().subarray(0, MAC);
      if (tail.length !== MAC || !timingSafeEqual(tail, wantedTag)) return done(failed('the MAC is wrong', 'corrupt'));
      if (wantedEnc && !enc.digest().equals(wantedEnc)) return done(failed('the hash of the encrypted file is wrong', 'corrupt'));
      try {
        emit(this, cipher.final());
      } catch {
        return done(failed('the padding is wrong', 'corrupt'));
      }
      if (size > maxBytes) return done(new Fault('too_large', 'the file is too large'));
      if (!sha.digest().equals(wantedSha)) return done(failed('the hash of the file is wrong', 'corrupt'));
      done();
    },
  });
  return { stream, size: () => size };
}
