import { WAMessageStubType, proto, toNumber } from 'baileys';
import { addressesOf, plain } from './addresses.mjs';
import { contentOf } from './content_in.mjs';
import { unwrap } from './unwrap.mjs';
import { openVote } from './votes.mjs';

const MAX_KEPT = 1024 * 1024;
const MAX_PARAMETERS = 50;
const present = fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
const millis = seconds => toNumber(seconds ?? 0) * 1000;

/** A message of the library as the protocol's `message`: { fields, blob }, or null when it is not for people. `attrs` are those of its stanza.
    keptMessage({ chat, id }) gives bytes of an earlier message; pnOf(lid) a phone number's JID when it is known. */
export async function incomingMessage(info, attrs, { me, keptMessage, pnOf, history = false }) {
  const key = info.key ?? {};
  if (!info.message || !key.id || !key.remoteJid || info.category === 'peer') return null;
  const where = addressesOf(key, attrs, me);
  if (!where.chat) return null;
  const view = { fromMe: Boolean(key.fromMe), sender: where.sender, me };
  let content = contentOf(info.message, view);
  if (!content) return null;
  if (content.kind === 'vote') content = await openVote(content, { where, me, keptMessage });
  if (!where.chat_alt && where.chat.endsWith('@lid')) where.chat_alt = await pnOf(where.chat);
  const blob = Buffer.from(proto.Message.encode(proto.Message.fromObject(info.message)).finish());
  const { context, viewOnce } = unwrap(info.message);
  return {
    fields: present({
      ...where,
      message_id: key.id,
      from_me: view.fromMe,
      at: millis(info.messageTimestamp),
      push_name: view.fromMe ? undefined : info.pushName || undefined,
      content,
      quoted: context?.stanzaId ? present({ id: context.stanzaId, sender: plain(context.participant) }) : undefined,
      mentions: context?.mentionedJid?.length ? context.mentionedJid.map(plain).filter(Boolean) : undefined,
      forwarded: context?.isForwarded ? Math.max(1, context.forwardingScore ?? 1) : undefined,
      ephemeral_seconds: context?.expiration || undefined,
      view_once: viewOnce || undefined,
      offline: attrs.offline !== undefined || undefined,
      history: history || undefined,
    }),
    blob: blob.length <= MAX_KEPT ? blob : null,
  };
}

/** What the library writes into a chat as a note (group changes, missed calls): kind `system`. */
export function systemMessage(info, me) {
  const key = info.key ?? {};
  const type = WAMessageStubType[info.messageStubType];
  if (!type || type === 'UNKNOWN' || type === 'CIPHERTEXT' || !key.id || !key.remoteJid) return null;
  const chat = plain(key.remoteJid);
  return {
    chat,
    sender: plain(key.participant) ?? (key.fromMe ? plain(me.id) : chat),
    from_me: Boolean(key.fromMe),
    message_id: key.id,
    at: millis(info.messageTimestamp),
    content: { kind: 'system', type: type.toLowerCase(), parameters: (info.messageStubParameters ?? []).slice(0, MAX_PARAMETERS).map(value => String(value).slice(0, 1000)) },
  };
}
