import { Fault, badRequest } from '../protocol/errors.mjs';
import { chatJid, digits, flag, foreignId, integer, list, object, oneOf, userJid } from '../protocol/fields.mjs';
import { download } from '../media/download.mjs';
import { sharedPath } from '../media/shared_path.mjs';
import { readToken } from '../media/token.mjs';
import { isGroup, plain } from '../messages/addresses.mjs';
import { queryFault } from '../session/sends.mjs';

async function asked(work) {
  try {
    return await work();
  } catch (error) {
    throw queryFault(error);
  }
}

async function checkNumbers(session, request) {
  const numbers = list(request, 'numbers', value => digits({ numbers: value }, 'numbers'), { min: 1, max: 50 });
  const sock = session.live();
  return asked(async () => {
    const found = new Map();
    for (const { jid, exists } of (await sock.onWhatsApp(...numbers)) ?? []) if (exists) found.set(plain(jid).split('@')[0], plain(jid));
    const jids = numbers.map(number => found.get(number)).filter(Boolean);
    const lids = new Map();
    for (const { pn, lid } of (jids.length ? await sock.signalRepository.lidMapping.getLIDsForPNs(jids) : null) ?? []) lids.set(plain(pn), plain(lid));
    return { results: numbers.map(number => ({ number, exists: found.has(number), jid: found.get(number) ?? null, lid: lids.get(found.get(number)) ?? null })) };
  });
}

async function picture(session, request) {
  const jid = chatJid(request, 'jid');
  const size = oneOf(request, 'size', ['preview', 'full'], 'preview');
  const url = await asked(() => session.live().profilePictureUrl(jid, size === 'full' ? 'image' : 'preview'));
  if (!url) throw new Fault('not_found', 'no picture');
  return { url };
}

async function about(session, request) {
  const jid = userJid(request, 'jid');
  const [found] = (await asked(() => session.live().fetchStatus(jid))) ?? [];
  const { status, setAt } = found?.status ?? {};
  return { about: status ?? '', set_at: setAt instanceof Date && setAt.getTime() > 0 ? setAt.getTime() : null };
}

async function block(session, request) {
  const jid = userJid(request, 'jid');
  const blocked = flag(request, 'blocked');
  if (blocked === undefined) throw badRequest('blocked');
  await asked(() => session.live().updateBlockStatus(jid, blocked ? 'block' : 'unblock'));
  return {};
}

async function updateChat(session, request) {
  const chat = chatJid(request);
  const archived = flag(request, 'archived');
  const pinned = flag(request, 'pinned');
  const mutedUntil = integer(request, 'muted_until', { optional: true });
  if (archived === undefined && pinned === undefined && mutedUntil === undefined) throw badRequest('archived', 'nothing to change');
  const last = object(request, 'last_message', { optional: true });
  const lastMessages = last
    ? [{ key: { remoteJid: chat, id: foreignId(last), fromMe: flag(last, 'from_me') ?? false, ...(isGroup(chat) ? { participant: userJid(last, 'sender') } : {}) }, messageTimestamp: Math.floor(integer(last, 'at') / 1000) }]
    : [];
  const sock = session.live();
  await asked(async () => {
    if (archived !== undefined) await sock.chatModify({ archive: archived, lastMessages }, chat);
    if (pinned !== undefined) await sock.chatModify({ pin: pinned }, chat);
    if (mutedUntil !== undefined) await sock.chatModify({ mute: mutedUntil || null }, chat);
  });
  return {};
}

async function fetchMedia(session, request) {
  const token = readToken(request);
  const file = await sharedPath(session.sharedDir, request.path);
  let hosts = [];
  if (session.state === 'working') {
    hosts = ((await session.live().refreshMediaConn(false).catch(() => null))?.hosts ?? []).map(host => host.hostname);
  }
  return download(token, { file, hosts, agent: session.agent, maxBytes: session.settings.maxMediaBytes });
}

export const contactOps = {
  'numbers.check': checkNumbers, 'contact.picture': picture, 'contact.about': about, 'contact.block': block, 'chat.update': updateChat, 'media.download': fetchMedia,
};
