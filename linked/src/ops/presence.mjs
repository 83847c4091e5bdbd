import { chatJid, flag, oneOf } from '../protocol/fields.mjs';
import { badRequest } from '../protocol/errors.mjs';
import { queryFault } from '../session/sends.mjs';

const SEEN_MS = 15_000;
const shown = new WeakMap(); // session -> timer that takes "available" back

/** Being available silences the phone's notifications: it is shown while acting only, unless the session asked for more. */
async function act(session, sock) {
  if (session.settings.online) return;
  const timer = shown.get(session);
  clearTimeout(timer);
  if (!timer) await sock.sendPresenceUpdate('available');
  shown.set(session, setTimeout(() => {
    shown.delete(session);
    if (session.state === 'working') session.link?.sock.sendPresenceUpdate('unavailable').catch(() => {});
  }, SEEN_MS).unref());
}

export async function showTyping(session, chat, state) {
  const sock = session.live();
  try {
    if (state !== 'paused') await act(session, sock);
    await sock.sendPresenceUpdate(state, chat);
  } catch (error) {
    throw queryFault(error);
  }
}

async function typing(session, request) {
  await showTyping(session, chatJid(request), oneOf(request, 'state', ['composing', 'recording', 'paused']));
  return {};
}

async function presence(session, request) {
  const available = flag(request, 'available');
  if (available === undefined) throw badRequest('available');
  try {
    await session.live().sendPresenceUpdate(available ? 'available' : 'unavailable');
  } catch (error) {
    throw queryFault(error);
  }
  return {};
}

export const presenceOps = { 'typing.send': typing, 'presence.set': presence };
