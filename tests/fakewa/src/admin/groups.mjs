// Groups as people make and change them with their phones.
const bad = (message) => Object.assign(new Error(message), { status: 400 });

export function groupRoutes({ world, groups, settings }) {
  const many = (list) => (list ?? []).map((one) => world.resolve(one));
  const on = (work) => ({ id, by, ...rest }) => {
    const group = world.group(id);
    work(group, by ? world.resolve(by) : group.owner, rest);
    return group.summary();
  };
  return {
    'POST /groups': ({ subject, owner, members, mode }) => {
      if (mode !== undefined && mode !== 'pn' && mode !== 'lid') throw bad('mode is pn or lid');
      const account = world.resolve(owner);
      return groups.create(account, subject, many(members), { mode: mode ?? settings.groupAddressing ?? account.addressing }).summary();
    },
    'POST /groups/change': on((group, actor, { action, members }) => {
      if (!['add', 'remove', 'promote', 'demote'].includes(action)) throw bad('action is add, remove, promote or demote');
      groups.change(group, actor, action, many(members));
    }),
    'POST /groups/subject': on((group, actor, { subject }) => groups.setSubject(group, actor, subject)),
    'POST /groups/description': on((group, actor, { description }) => groups.setDescription(group, actor, description)),
    'POST /groups/setting': on((group, actor, { setting }) => groups.setMode(group, actor, setting)),
    'POST /groups/ephemeral': on((group, actor, { seconds }) => groups.setEphemeral(group, actor, seconds)),
    'POST /groups/leave': on((group, actor) => groups.leave(group, actor)),
    'POST /groups/join': on((group, actor) => groups.join(group, actor)),
    'GET /groups': () => ({ groups: [...world.groups.values()].map((group) => group.summary()) }),
  };
}
