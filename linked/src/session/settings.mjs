import { flag, integer, matching, object, oneOf, text } from '../protocol/fields.mjs';
import { Fault, badRequest } from '../protocol/errors.mjs';

/** Reads the `settings` of session.start. */
export function readSettings(request) {
  const from = object(request, 'settings', { optional: true }) ?? {};
  if (from.proxy !== undefined) throw new Fault('unsupported', 'this transport has no proxy support');
  const server = object(from, 'server', { optional: true }) ?? {};
  const url = text(server, 'url', { max: 500, optional: true });
  if (url !== undefined && !/^wss?:\/\//.test(url)) throw badRequest('url');
  const version = matching(from, 'client_version', /^\d{1,3}\.\d{1,6}\.\d{1,12}$/, { optional: true });
  return {
    url,
    rootKey: matching(server, 'root_key', /^[0-9a-f]{64}$/, { optional: true }),
    mediaCa: text(server, 'media_ca', { max: 65536, optional: true }),
    deviceName: text(from, 'device_name', { max: 50, optional: true }) ?? 'Wherry',
    history: oneOf(from, 'history', ['none', 'recent', 'full'], 'none'),
    autoRead: flag(from, 'auto_read') ?? false,
    online: flag(from, 'online') ?? false,
    maxMediaBytes: integer(from, 'max_media_bytes', { min: 1, max: 2 ** 31, optional: true }) ?? 100 * 1024 * 1024,
    ackTimeoutMs: integer(from, 'ack_timeout_ms', { min: 100, max: 600_000, optional: true }) ?? 30_000,
    version: version?.split('.').map(Number),
  };
}
