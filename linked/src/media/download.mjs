import { constants, createWriteStream } from 'node:fs';
import { rename, unlink } from 'node:fs/promises';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../protocol/errors.mjs';
import { decryptor } from './crypto.mjs';
import { mediaUrl } from './token.mjs';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
const IDLE_MS = 30_000;
const failed = (message, reason, retryable = false) => new Fault('media_failed', message, { reason, retryable });

function request(url, agent) {
  return new Promise((resolve, reject) => {
    const asked = https.get(url, { agent, timeout: IDLE_MS, headers: { Origin: 'https://web.whatsapp.com' } }, resolve);
    asked.on('timeout', () => asked.destroy(new Error('timed out')));
    asked.on('error', error => reject(failed(`the media server is not reachable (${error.code ?? 'error'})`, 'unreachable', true)));
  });
}

/** Fetches a received file into `file`, which appears complete and verified or not at all. Gives { size, sha256 }. */
export async function download(token, { file, hosts, agent, maxBytes }) {
  if (token.size > maxBytes) throw new Fault('too_large', 'the file is too large');
  const response = await request(mediaUrl(token, hosts), agent);
  const status = response.statusCode;
  if (status !== 200) {
    response.destroy();
    if (status === 404 || status === 410) throw failed('the file is gone', 'gone');
    if (status === 401 || status === 403) throw failed('the file is refused', 'denied');
    throw failed(`the media server answered ${status}`, 'unreachable', true);
  }
  const part = `${file}.part`;
  const { stream, size } = decryptor(token, maxBytes);
  try {
    await unlink(part).catch(() => {});
    await pipeline(response, stream, createWriteStream(part, { flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600, flush: true }));
    await rename(part, file);
  } catch (error) {
    await unlink(part).catch(() => {});
    if (error instanceof Fault) throw error;
    throw response.complete ? failed('the file cannot be written', 'io', true) : failed('the transfer broke off', 'unreachable', true);
  }
  return { size: size(), sha256: token.sha.toString('hex') };
}
