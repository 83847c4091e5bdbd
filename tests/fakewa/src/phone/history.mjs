// What a phone sends a device that is new: the key of the app state, its chats, names, and which number belongs to which LID.
import zlib from 'node:zlib';
import crypto from 'node:crypto';
import { proto } from 'baileys';
import { unixNow } from '../bytes.mjs';

const { Type } = proto.Message.ProtocolMessage;
const { HistorySyncType } = proto.HistorySync;

export const newAppStateKey = () => ({ id: Buffer.concat([Buffer.alloc(2), crypto.randomBytes(4)]), data: crypto.randomBytes(32) });

export const keyShare = (key, rawId) => ({ type: Type.APP_STATE_SYNC_KEY_SHARE, appStateSyncKeyShare: { keys: [{ keyId: { keyId: key.id },
  keyData: { keyData: key.data, fingerprint: { rawId, currentIndex: 0, deviceIndexes: [0] }, timestamp: Date.now() } }] } });

const keyOf = (entry, mode) => ({ remoteJid: entry.chat.id ?? entry.chat.jid(0, mode), fromMe: entry.fromMe, id: entry.id, ...(entry.chat.id && !entry.fromMe ? { participant: entry.sender.jid(0, entry.chat.mode) } : {}) });

function conversations(phone) {
  const mode = phone.account.addressing;
  const chats = new Map();
  for (const entry of phone.memory.values()) {
    if (entry.message.protocolMessage || entry.message.reactionMessage) continue;
    chats.set(entry.chat, [...(chats.get(entry.chat) ?? []), entry]);
  }
  return [...chats].map(([chat, entries]) => ({ id: chat.id ?? chat.jid(0, mode), name: chat.id ? chat.subject : chat.name, conversationTimestamp: entries.at(-1).t, unreadCount: 0,
    ...(chat.id ? {} : { pnJid: chat.pnJid(), lidJid: chat.lidJid() }),
    messages: entries.slice(-50).reverse().map((entry) => ({ message: { key: keyOf(entry, mode), message: entry.message, messageTimestamp: entry.t,
      ...(entry.fromMe ? {} : { pushName: entry.sender.name }), ...(entry.chat.id && !entry.fromMe ? { participant: entry.sender.jid(0, entry.chat.mode) } : {}) } })) }));
}

/** The protocol messages of a first synchronisation, in order. */
export function bootstrap(phone) {
  const { account } = phone;
  const people = [account, ...account.contacts];
  const mappings = people.map((one) => ({ pnJid: one.pnJid(), lidJid: one.lidJid() }));
  const pushnames = [...account.contacts].map((one) => ({ id: one.jid(0, account.addressing), pushname: one.name }));
  const parts = [{ syncType: HistorySyncType.INITIAL_BOOTSTRAP, conversations: conversations(phone), phoneNumberToLidMappings: mappings },
    { syncType: HistorySyncType.PUSH_NAME, pushnames }, { syncType: HistorySyncType.RECENT, conversations: [] }];
  return parts.map((part, index) => historyMessage({ chunkOrder: index + 1, progress: 100, ...part }));
}
/** Always inline: a client fetches a history file from WhatsApp's own media host, whatever it is told. */
function historyMessage({ syncType, ...rest }) {
  const packed = zlib.deflateSync(proto.HistorySync.encode(proto.HistorySync.fromObject({ syncType, ...rest })).finish());
  return { type: Type.HISTORY_SYNC_NOTIFICATION, historySyncNotification: { syncType, chunkOrder: rest.chunkOrder, progress: rest.progress, oldestMsgInChunkTimestampSec: unixNow(), initialHistBootstrapInlinePayload: packed } };
}
