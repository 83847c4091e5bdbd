import https from 'node:https';
import makeWASocket, { WA_CERT_DETAILS, proto } from 'baileys';
import { Fault } from '../protocol/errors.mjs';

/** The library's log is dropped, for it shows keys and messages; but it also swallows bugs, ours included, and those are told. */
function bugListener(onBug) {
  const logger = { level: 'silent', child: () => logger };
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal']) {
    logger[level] = about => {
      const error = about instanceof Error ? about : about?.error ?? about?.err ?? about?.e;
      if (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError) onBug(error);
    };
  }
  return logger;
}

const { INITIAL_BOOTSTRAP, PUSH_NAME, RECENT, FULL, ON_DEMAND, NON_BLOCKING_DATA } = proto.HistorySync.HistorySyncType;
const HISTORY = {
  none: new Set([INITIAL_BOOTSTRAP, PUSH_NAME, NON_BLOCKING_DATA]), // needed for the address mappings in them
  recent: new Set([INITIAL_BOOTSTRAP, PUSH_NAME, NON_BLOCKING_DATA, RECENT, ON_DEMAND]),
  full: new Set([INITIAL_BOOTSTRAP, PUSH_NAME, NON_BLOCKING_DATA, RECENT, ON_DEMAND, FULL]),
};

let rootKey; // the library has one for the whole process

/** Fixes the root key of the server's certificate chain. Sessions of one process cannot differ in it. */
export function useRootKey(wanted) {
  if (rootKey === undefined) {
    rootKey = wanted ?? null;
    if (wanted) WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(wanted, 'hex');
  } else if (rootKey !== (wanted ?? null)) {
    throw new Fault('conflict', 'another root key is in use in this process');
  }
}

export function mediaAgent(settings) {
  return new https.Agent({ keepAlive: true, maxSockets: 4, ...(settings.mediaCa ? { ca: settings.mediaCa } : {}) });
}

/** One connection to WhatsApp. `tap(event, data)` sees the library's events the moment they arise, not when its buffer lets them go; `stanza(node)` every stanza
    of the kinds listed below, onBug(error) what looks like a bug. */
export function openLink({ settings, creds, keys, gate, tap, onStanza, onBug, getMessage, groupCache, byCode }) {
  const sock = makeWASocket({
    ...(settings.url ? { waWebSocketUrl: settings.url } : {}),
    ...(settings.version ? { version: settings.version } : {}),
    // WhatsApp refuses pairing codes for systems it does not know.
    browser: byCode ? ['Mac OS', 'Chrome', '14.4.1'] : [settings.deviceName, 'Chrome', '1.0'],
    auth: { creds, keys },
    logger: bugListener(onBug),
    gate,
    getMessage,
    cachedGroupMetadata: async jid => groupCache.get(jid),
    emitOwnEvents: false,
    markOnlineOnConnect: settings.online,
    syncFullHistory: settings.history === 'full',
    shouldSyncHistoryMessage: ({ syncType }) => HISTORY[settings.history].has(syncType),
    generateHighQualityLinkPreview: false,
    enableRecentMessageCache: true,
  });
  const emit = sock.ev.emit;
  sock.ev.emit = (event, data) => {
    const heard = emit.call(sock.ev, event, data);
    tap(event, data);
    return heard;
  };
  for (const name of ['CB:receipt', 'CB:ack,class:message', 'CB:notification,type:passkey_prologue_request', 'frame']) {
    sock.ws.on(name, node => onStanza(name, node));
  }
  // The library listens for refused upgrades without ending them, and would wait for ever.
  sock.ws.on('unexpected-response', () => sock.ws.socket.terminate());
  return sock;
}

/** Ends a connection without waiting for a peer that does not answer. */
export async function closeLink(sock, error) {
  const raw = sock.ws.socket;
  const timer = setTimeout(() => raw?.terminate(), 1000);
  try {
    await sock.end(error);
  } catch { /* it is gone either way */ } finally {
    clearTimeout(timer);
  }
}
