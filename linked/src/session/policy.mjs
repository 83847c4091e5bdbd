const MAX_BACKOFF_MS = 60_000;
export const HEALTHY_MS = 60_000;

/** What a closed connection means: { state, reason, code, wipe, again } with again one of 'now', 'later', 'never'. `error` is the library's. */
export function judge(error, { pairing = false } = {}) {
  const text = error?.message ?? '';
  const code = closeCode(error);
  const never = (state, reason, extra = {}) => ({ state, reason, code, again: 'never', ...extra });
  const later = reason => ({ state: 'disconnected', reason, code, again: 'later' });

  if (/certificat/i.test(text)) return never('failed', 'untrusted_server');
  if (/^WebSocket Error/.test(text)) return later('network');
  switch (code) {
    case 515: return { state: 'disconnected', reason: 'restart', code, again: 'now' };
    case 401: return pairing ? never('unpaired', 'expired') : never('logged_out', 'unlinked', { wipe: true });
    case 403: return never('banned', 'locked', { wipe: true });
    case 406: return never('banned', 'banned', { wipe: true });
    case 402: return never('banned', 'temporary_ban', { until: banEnd(error) });
    case 405: return never('outdated', 'outdated');
    case 400: case 409: case 415: case 418: return never('failed', 'client_refused');
    case 411: return never('failed', 'no_multi_device');
    case 440: return never('replaced', 'replaced');
    case 408: return /QR refs/.test(text) ? never('unpaired', 'expired') : later('lost');
    case 428: return later('closed');
    default: return later('server');
  }
}

function closeCode(error) {
  // The library takes every <conflict/> without a code for "replaced".
  if (error?.data?.tag === 'conflict' && error.data.attrs?.type === 'device_removed') return 401;
  return Number(error?.output?.statusCode) || 500;
}

function banEnd(error) {
  const seconds = Number(error?.data?.expire);
  return Number.isFinite(seconds) && seconds > 0 ? Date.now() + Math.min(seconds, 366 * 86_400) * 1000 : null;
}

/** Full jitter up to min(60 s, 1 s * 2^n). */
export function backoffMs(failures, random = Math.random) {
  return Math.floor(random() * Math.min(MAX_BACKOFF_MS, 1000 * 2 ** Math.min(failures, 10)));
}
