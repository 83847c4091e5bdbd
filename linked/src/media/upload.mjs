import { randomBytes } from 'node:crypto';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { stat, unlink } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../protocol/errors.mjs';
import { encryptor } from './crypto.mjs';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;
const IDLE_MS = 60_000;
const MAX_ANSWER = 64 * 1024;
const FOLDER = { image: 'image', sticker: 'image', video: 'video', audio: 'audio', document: 'document' };
const urlsafe = bytes => bytes.toString('base64').replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const failed = (message, reason, retryable = false) => new Fault('media_failed', message, { reason, retryable });

/** Encrypts a file of the gateway beside it and uploads that. `connection()` gives WhatsApp's media hosts { hosts: [{ hostname }], auth }; `connection(true)` fresh ones.
    Gives what a message says about the file. */
export async function upload({ file, kind, sha256, size }, { connection, agent, maxBytes }) {
  if (size > maxBytes) throw new Fault('too_large', 'the file is too large');
  const mediaKey = randomBytes(32);
  const sealed = path.join(path.dirname(file), `sealed-${randomBytes(8).toString('hex')}`);
  try {
    const made = await seal(file, sealed, mediaKey, kind, maxBytes);
    if (made.size !== size || made.sha.toString('hex') !== sha256) throw failed('the file is not the one announced', 'corrupt');
    const place = await offer(sealed, kind, made.enc, connection, agent);
    return {
      url: place.url, directPath: place.direct_path, mediaKey, fileEncSha256: made.enc, fileSha256: made.sha, fileLength: made.size,
      mediaKeyTimestamp: Math.floor(Date.now() / 1000),
    };
  } finally {
    await unlink(sealed).catch(() => {});
  }
}

async function seal(file, sealed, mediaKey, kind, maxBytes) {
  const { stream, result } = encryptor(mediaKey, kind, maxBytes);
  try {
    const source = createReadStream(file, { flags: O_RDONLY | O_NOFOLLOW });
    await pipeline(source, stream, createWriteStream(sealed, { flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600 }));
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw error.code === 'ENOENT' ? new Fault('not_found', 'no such file', { field: 'path' }) : failed('the file cannot be read', 'io');
  }
  return result();
}

async function offer(sealed, kind, enc, connection, agent) {
  const token = urlsafe(enc);
  let last = failed('WhatsApp names no media host', 'unreachable', true);
  for (const fresh of [false, true]) {
    const { hosts, auth } = await connection(fresh);
    for (const { hostname } of hosts) {
      try {
        return await post(`https://${hostname}/mms/${FOLDER[kind]}/${token}?auth=${encodeURIComponent(auth)}&token=${token}`, sealed, agent);
      } catch (error) {
        last = error;
      }
    }
  }
  throw last;
}

async function post(url, sealed, agent) {
  const { size } = await stat(sealed);
  return new Promise((resolve, reject) => {
    const fail = (message, retryable = true) => reject(failed(message, retryable ? 'unreachable' : 'denied', retryable));
    const asked = https.request(url, { method: 'POST', agent, timeout: IDLE_MS, headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': size, Origin: 'https://web.whatsapp.com' } }, response => {
      let body = '';
      response.setEncoding('utf8').on('data', chunk => {
        body += chunk;
        if (body.length > MAX_ANSWER) asked.destroy(new Error('answer too large'));
      });
      response.on('end', () => {
        let place;
        try {
          place = JSON.parse(body);
        } catch { /* judged below */ }
        if (response.statusCode === 200 && typeof place?.direct_path === 'string') resolve(place);
        else fail(`the media server answered ${response.statusCode}`, response.statusCode >= 500);
      });
      response.on('error', () => fail('the upload broke off'));
    });
    asked.on('timeout', () => asked.destroy(new Error('timed out')));
    asked.on('error', error => fail(`the media server is not reachable (${error.code ?? error.message})`));
    const source = createReadStream(sealed);
    source.on('error', () => asked.destroy(new Error('cannot read')));
    source.pipe(asked);
  });
}
