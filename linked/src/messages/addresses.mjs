import { areJidsSameUser, isJidGroup, isLidUser, jidNormalizedUser } from 'baileys';

export const plain = jid => (jid ? jidNormalizedUser(jid) || undefined : undefined);
export const isGroup = jid => Boolean(isJidGroup(jid));
export const isMe = (jid, me) => Boolean(jid) && (areJidsSameUser(jid, me?.id) || (Boolean(me?.lid) && areJidsSameUser(jid, me.lid)));

/** Our own address as used in a conversation: LID where the other side is addressed by LID. */
export const meAs = (other, me) => plain(isLidUser(other) && me.lid ? me.lid : me.id);

/** Chat and sender of a stanza with the alternative addresses it names. */
export function addressesOf(key, attrs, me) {
  const chat = plain(key.remoteJid);
  const group = isGroup(chat);
  const alternative = plain(attrs.participant_pn ?? attrs.participant_lid ?? attrs.sender_pn ?? attrs.sender_lid);
  if (key.fromMe) {
    const sender = group ? plain(key.participant) : meAs(chat, me);
    return {
      chat,
      chat_alt: group ? undefined : plain(attrs.recipient_pn ?? attrs.recipient_lid ?? attrs.peer_recipient_pn ?? attrs.peer_recipient_lid),
      sender,
      sender_alt: plain(isLidUser(sender) ? me.id : me.lid),
    };
  }
  const sender = plain(key.participant) ?? chat;
  return { chat, chat_alt: group ? undefined : alternative, sender, sender_alt: alternative };
}

/** A message key inside a message is written from its sender's point of view; gives it from ours. */
export function targetOf(key, { fromMe, sender, me }) {
  if (fromMe) return { id: key.id ?? '', from_me: Boolean(key.fromMe), sender: plain(key.fromMe ? me.id : key.participant || key.remoteJid) };
  if (key.fromMe) return { id: key.id ?? '', from_me: false, sender };
  const author = plain(key.participant || key.remoteJid);
  // In a one-to-one chat what is not theirs is ours; some clients put the chat's address here, not ours.
  const ours = !key.participant || isMe(author, me);
  return { id: key.id ?? '', from_me: ours, sender: ours ? plain(me.id) : author };
}
