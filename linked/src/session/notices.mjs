import { plain } from '../messages/addresses.mjs';
import { groupView } from '../ops/group_view.mjs';

const MAX_LIST = 200;
const TYPING = new Set(['composing', 'recording', 'paused']);
const MEMBER_ACTIONS = new Set(['add', 'remove', 'promote', 'demote']);
const CALLS = { offer: 'offer', accept: 'accepted', reject: 'rejected', timeout: 'timeout', terminate: 'ended' };
const present = fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && !Number.isNaN(value)));
const seconds = value => (value ? Number(value) * 1000 || undefined : undefined);

function chatView(chat) {
  return present({
    jid: plain(chat.id), name: chat.name || undefined, archived: chat.archived ?? undefined, pinned: 'pinned' in chat ? Boolean(chat.pinned) : undefined,
    muted_until: 'muteEndTime' in chat ? Number(chat.muteEndTime ?? 0) : undefined, unread: Number.isInteger(chat.unreadCount) && chat.unreadCount >= 0 ? chat.unreadCount : undefined,
    last_message_at: seconds(chat.conversationTimestamp),
  });
}

function contactView(contact) {
  const lid = contact.lid ?? (contact.id?.endsWith('@lid') ? contact.id : undefined);
  return present({ jid: plain(contact.phoneNumber ?? contact.id), lid: plain(lid), name: contact.name || undefined, push_name: contact.notify || undefined, business_name: contact.verifiedName || undefined });
}

/** Events of the library that are news and not records, told as events of the protocol. */
export function tellNotice(session, event, data) {
  const listed = (name, items, view) => {
    const seen = items.map(view).filter(item => item.jid);
    for (let at = 0; at < seen.length; at += MAX_LIST) session.event(name, { [name]: seen.slice(at, at + MAX_LIST) });
  };
  switch (event) {
    case 'presence.update':
      for (const [who, { lastKnownPresence: state, lastSeen }] of Object.entries(data.presences ?? {})) {
        if (TYPING.has(state)) session.event('typing', { chat: plain(data.id), sender: plain(who), state });
        else session.event('presence', present({ jid: plain(who), available: state === 'available', last_seen: seconds(lastSeen) }));
      }
      return;
    case 'chats.upsert':
    case 'chats.update':
      return listed('chats', data, chatView);
    case 'chats.delete':
      return listed('chats', data, id => ({ jid: plain(id), deleted: true }));
    case 'contacts.upsert':
    case 'contacts.update':
      return listed('contacts', data, contactView);
    case 'messaging-history.set':
      listed('chats', data.chats ?? [], chatView);
      return listed('contacts', data.contacts ?? [], contactView);
    case 'groups.upsert':
    case 'groups.update':
      for (const group of data) session.groupCache.delete(plain(group.id));
      return listed('groups', data, groupView);
    case 'group-participants.update': {
      const group = plain(data.id);
      session.groupCache.delete(group);
      const who = (data.participants ?? []).map(one => plain(typeof one === 'string' ? one : one.id)).filter(Boolean);
      if (!MEMBER_ACTIONS.has(data.action)) return;
      return session.event('groups', { groups: [], members: { group, action: data.action, participants: who } });
    }
    case 'call':
      for (const call of data) {
        if (!CALLS[call.status]) continue;
        session.event('call', present({ call_id: call.id, from: plain(call.from), chat: plain(call.chatId), state: CALLS[call.status], video: Boolean(call.isVideo), at: call.date?.getTime?.() }));
      }
  }
}
