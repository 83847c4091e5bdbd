// w:g2: what devices ask about groups and do to them.
import { child, children, el, textOf } from '../../nodes.mjs';
import { iqError } from './errors.mjs';

const people = (world, node) => children(node, 'participant').map(({ attrs }) => {
  const account = world.byJid(attrs.jid);
  if (!account) throw iqError(404, 'item-not-found');
  return account;
});

/** Asked of the server as a whole ("@g.us"). */
const general = {
  participating: ({ world, account }) => [el('groups', {}, [...world.groups.values()].filter((group) => group.has(account)).map((group) => group.node()))],
  create: ({ world, account, first, groups, settings }) => [groups.create(account, first.attrs.subject, people(world, first), { key: first.attrs.key, mode: settings.groupAddressing ?? account.addressing }).node()],
  leave: ({ world, account, first, groups }) => [el('leave', {}, children(first, 'group').map(({ attrs }) => {
    groups.leave(need(world, attrs.id), account);
    return el('group', { id: attrs.id });
  }))],
  invite: ({ node, account, first, groups }) => {
    const group = groups.byInvite(first.attrs.code);
    if (node.attrs.type === 'get') return [group.node()];
    groups.join(group, account);
    return [el('group', { jid: group.id })];
  },
};

function need(world, id) {
  const group = world.groups.get(id);
  if (!group) throw iqError(404, 'item-not-found');
  return group;
}
const change = ({ world, account, first, groups, group }) => [el(first.tag, {}, groups.change(group, account, first.tag, people(world, first)))];
const setting = ({ account, first, groups, group }) => void groups.setMode(group, account, first.tag);

/** Asked of one group. */
const specific = {
  query: ({ account, group }) => {
    group.needMember(account);
    return [group.node()];
  },
  add: change, remove: change, promote: change, demote: change,
  subject: ({ account, first, groups, group }) => void groups.setSubject(group, account, textOf(first) ?? ''),
  description: ({ account, first, groups, group }) => void groups.setDescription(group, account, textOf(child(first, 'body') ? first : undefined, 'body'), first.attrs.id),
  announcement: setting, not_announcement: setting, locked: setting, unlocked: setting,
  ephemeral: ({ account, first, groups, group }) => void groups.setEphemeral(group, account, Number(first.attrs.expiration) || 0),
  not_ephemeral: ({ account, groups, group }) => void groups.setEphemeral(group, account, 0),
  invite: ({ node, account, groups, group }) => {
    group.needAdmin(account);
    return [el('invite', { code: node.attrs.type === 'set' ? groups.revokeInvite(group, account) : group.inviteCode })];
  },
};

export function groups(request) {
  const { node, first, world } = request;
  const { to } = node.attrs;
  const whole = to === '@g.us' || to === 'g.us';
  const table = whole ? general : specific;
  const handler = Object.hasOwn(table, first?.tag ?? '') ? table[first.tag] : undefined;
  if (!handler) throw iqError(501, 'feature-not-implemented');
  return { content: handler({ ...request, group: whole ? undefined : need(world, to) }) };
}
