import { flag, groupJid, list, matching, oneOf, text, userJid } from '../protocol/fields.mjs';
import { Fault, badRequest } from '../protocol/errors.mjs';
import { plain } from '../messages/addresses.mjs';
import { queryFault } from '../session/sends.mjs';
import { groupView } from './group_view.mjs';

const participants = (request, min = 1) => list(request, 'participants', value => userJid({ participants: value }, 'participants'), { min, max: 1024 });

/** Wraps an operation on groups: needs a connection, and what WhatsApp refuses becomes a Fault. */
const asking = work => async (session, request) => {
  try {
    return await work(session.live(), request, session);
  } catch (error) {
    throw queryFault(error);
  }
};

async function fresh(sock, group, session) {
  const meta = await sock.groupMetadata(group);
  session.groupCache.set(group, meta);
  return { group: groupView(meta) };
}

const listGroups = asking(async sock => ({ groups: Object.values(await sock.groupFetchAllParticipating()).map(groupView) }));
const getGroup = asking((sock, request, session) => fresh(sock, groupJid(request), session));

const create = asking(async (sock, request) => ({ group: groupView(await sock.groupCreate(text(request, 'subject', { max: 100 }), participants(request, 0))) }));

const update = asking(async (sock, request, session) => {
  const group = groupJid(request);
  const subject = text(request, 'subject', { max: 100, optional: true });
  const description = text(request, 'description', { min: 0, max: 2048, optional: true });
  const announce = flag(request, 'announce');
  const locked = flag(request, 'locked');
  if ([subject, description, announce, locked].every(value => value === undefined)) throw badRequest('subject', 'nothing to change');
  if (subject !== undefined) await sock.groupUpdateSubject(group, subject);
  if (description !== undefined) await sock.groupUpdateDescription(group, description);
  if (announce !== undefined) await sock.groupSettingUpdate(group, announce ? 'announcement' : 'not_announcement');
  if (locked !== undefined) await sock.groupSettingUpdate(group, locked ? 'locked' : 'unlocked');
  return fresh(sock, group, session);
});

const members = asking(async (sock, request, session) => {
  const group = groupJid(request);
  const action = oneOf(request, 'action', ['add', 'remove', 'promote', 'demote']);
  const results = await sock.groupParticipantsUpdate(group, participants(request), action);
  session.groupCache.delete(group);
  return { results: results.map(({ jid, status }) => ({ jid: plain(jid), code: Number(status) || 200 })) };
});

const invite = asking(async (sock, request) => {
  const group = groupJid(request);
  const code = flag(request, 'reset') ? await sock.groupRevokeInvite(group) : await sock.groupInviteCode(group);
  if (!code) throw new Fault('not_found', 'the group has no invitation');
  return { code, url: `https://chat.whatsapp.com/${code}` };
});

const leave = asking(async (sock, request, session) => {
  const group = groupJid(request);
  await sock.groupLeave(group);
  session.groupCache.delete(group);
  return {};
});

const join = asking(async (sock, request) => {
  const group = await sock.groupAcceptInvite(matching(request, 'code', /^[A-Za-z0-9_-]{4,64}$/));
  if (!group) throw new Fault('not_found', 'the invitation is not valid');
  return { group: plain(group) };
});

export const groupOps = {
  'group.list': listGroups, 'group.get': getGroup, 'group.create': create, 'group.update': update, 'group.members': members, 'group.invite': invite, 'group.leave': leave, 'group.join': join,
};
