import { proto } from 'baileys';

/** Key values as bytes: JSON in which byte strings are {"~b":"base64"}. Changing this means a new KEY_FORMAT. */
export const KEY_FORMAT = 'signal-json-1';

export function packValue(value) {
  const json = JSON.stringify(value, function (key, plain) {
    const raw = this[key];
    return raw instanceof Uint8Array ? { '~b': Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('base64') } : plain;
  });
  return Buffer.from(json, 'utf8');
}

export function unpackValue(type, bytes) {
  const value = JSON.parse(bytes.toString('utf8'), (_, inner) => (inner && typeof inner['~b'] === 'string' ? Buffer.from(inner['~b'], 'base64') : inner));
  return type === 'app-state-sync-key' ? proto.Message.AppStateSyncKeyData.fromObject(value) : value;
}

const HISTORY_KEPT = 10; // the library only asks whether there is any

export function packCreds(creds) {
  return packValue({ ...creds, processedHistoryMessages: creds.processedHistoryMessages?.slice(-HISTORY_KEPT) ?? [] });
}

export function unpackCreds(bytes) {
  const creds = unpackValue('creds', bytes);
  if (creds.account) creds.account = proto.ADVSignedDeviceIdentity.fromObject(creds.account);
  return creds;
}
