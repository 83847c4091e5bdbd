import { Fault, badRequest } from '../protocol/errors.mjs';

const KINDS = new Set(['image', 'video', 'audio', 'document', 'sticker']);
const b64 = bytes => (bytes?.length ? Buffer.from(bytes).toString('base64') : undefined);

/** What is needed to fetch a received file later, in any process: { token } or { unavailable: true }. */
export function mediaToken(kind, body) {
  const token = { v: 1, kind, path: body.directPath || undefined, url: body.url || undefined, key: b64(body.mediaKey), enc: b64(body.fileEncSha256), sha: b64(body.fileSha256), size: Number(body.fileLength ?? 0) };
  const usable = (token.path || token.url) && token.key && token.sha && JSON.stringify(token).length <= 8192;
  return usable ? { token } : { unavailable: true };
}

export function readToken(request) {
  const token = request.token;
  if (!token || typeof token !== 'object' || token.v !== 1 || !KINDS.has(token.kind)) throw badRequest('token');
  const bytes = (field, length) => {
    const value = typeof token[field] === 'string' ? Buffer.from(token[field], 'base64') : Buffer.alloc(0);
    if (value.length !== length) throw badRequest('token');
    return value;
  };
  if (!Number.isSafeInteger(token.size) || token.size < 0) throw badRequest('token');
  return { kind: token.kind, key: bytes('key', 32), sha: bytes('sha', 32), enc: token.enc ? bytes('enc', 32) : null, size: token.size, path: token.path, url: token.url };
}

/** The address of a file. Messages name it themselves, so only WhatsApp's hosts and those the server named are asked. */
export function mediaUrl({ path, url }, hosts) {
  let named;
  try {
    named = url ? new URL(url) : undefined;
  } catch {
    named = undefined;
  }
  const trusted = named?.protocol === 'https:' && (/(^|\.)whatsapp\.net$/.test(named.hostname) || hosts.includes(named.host));
  const host = trusted ? named.host : hosts[0] ?? 'mmg.whatsapp.net';
  const tail = typeof path === 'string' && /^\/[^\\\s]*$/.test(path) && !path.startsWith('//') ? path : trusted ? named.pathname + named.search : undefined;
  if (!tail) throw new Fault('media_failed', 'the file has no usable address', { reason: 'gone', retryable: false });
  return new URL(tail, `https://${host}`);
}
