// Changes of groups, by a device's request or a phone's; every member's devices hear of them in a w:gp2 notification.
import { el } from '../nodes.mjs';
import { randomHex, seconds, stanzaId } from '../bytes.mjs';
import { Group, maxGroupSize } from '../world/group.mjs';

const error = (code, text) => Object.assign(new Error(text), { code, status: code });
const maxGroups = 20000;

export class Groups {
  constructor({ world, journal, delivery }) { Object.assign(this, { world, journal, delivery }); }

  /** Tells everybody in the group, and `also` those who are not in it any more. */
  #notify(group, actor, change, also = []) {
    const attrs = () => ({ from: group.id, type: 'w:gp2', id: stanzaId(), t: seconds(), participant: actor.jid(0, group.mode), notify: actor.name, addressing_mode: group.mode,
      ...(group.mode === 'lid' ? { participant_pn: actor.pnJid() } : { participant_lid: actor.lidJid() }) });
    for (const account of new Set([...[...group.members.values()].map((member) => member.account), ...also])) this.delivery.toLinked(account, el('notification', attrs(), [typeof change === 'function' ? change(account) : change]));
  }
  #log(group, actor, action, people = []) {
    this.journal.append('group', { group: group.id, actor: actor.pn, action, people: people.map((account) => account.pn), subject: group.subject });
  }

  create(owner, subject, people, { mode = 'lid', key } = {}) {
    if (this.world.groups.size >= maxGroups) throw error(500, 'there are too many groups');
    if (!subject || subject.length > 100) throw error(400, 'bad-request');
    const group = new Group({ subject, owner, mode });
    this.world.groups.set(group.id, group);
    for (const account of people) {
      group.join(account, account === owner ? 'superadmin' : '');
      owner.meet(account);
    }
    this.#log(group, owner, 'create', people);
    this.#notify(group, owner, el('create', { type: 'new', ...(key ? { key } : {}) }, [group.node()]));
    return group;
  }
  /** One <participant> per person, with an error for those it could not be done to. */
  change(group, actor, action, people) {
    group.needAdmin(actor);
    const done = [];
    const results = people.map((account) => {
      const trouble = this.#one(group, action, account);
      if (!trouble) done.push(account);
      return group.participant(account, trouble ? { error: trouble } : {});
    });
    if (!done.length) return results;
    this.#log(group, actor, action, done);
    const list = () => el(action, {}, done.map((account) => group.participant(account)));
    if (action === 'add') this.#notify(group, actor, (account) => (done.includes(account) ? el('create', {}, [group.node()]) : list()));
    else this.#notify(group, actor, list(), action === 'remove' ? done : []);
    return results;
  }
  #one(group, action, account) {
    const member = group.members.get(account.pn);
    if (action === 'add') {
      if (member) return '409';
      if (account.privacy.groupadd === 'none') return '403';
      if (group.members.size >= maxGroupSize) return '500';
      group.join(account);
      return undefined;
    }
    if (!member) return '404';
    if (member.role === 'superadmin') return '406';
    if (action === 'remove') group.leave(account);
    else member.role = action === 'promote' ? 'admin' : '';
    return undefined;
  }
  leave(group, actor) {
    group.needMember(actor);
    group.leave(actor);
    this.#log(group, actor, 'leave', [actor]);
    this.#notify(group, actor, el('remove', {}, [group.participant(actor)]), [actor]);
  }
  join(group, actor) {
    if (group.has(actor)) return;
    group.join(actor);
    this.#log(group, actor, 'join', [actor]);
    this.#notify(group, actor, (account) => (account === actor ? el('create', { reason: 'invite' }, [group.node()]) : el('add', { reason: 'invite' }, [group.participant(actor)])));
  }
  setSubject(group, actor, subject) {
    this.#mayEdit(group, actor);
    if (!subject || subject.length > 100) throw error(406, 'not-acceptable');
    Object.assign(group, { subject, subjectAt: seconds(), subjectBy: actor });
    this.#log(group, actor, 'subject');
    this.#notify(group, actor, el('subject', { subject, s_t: group.subjectAt, s_o: actor.jid(0, group.mode) }));
  }
  setDescription(group, actor, text, id = randomHex(8)) {
    this.#mayEdit(group, actor);
    group.description = text ? { id, t: seconds(), by: actor, text } : null;
    this.#log(group, actor, 'description');
    this.#notify(group, actor, el('description', text ? { id } : { delete: 'true' }, text ? [el('body', {}, Buffer.from(text))] : undefined));
  }
  /** announcement, not_announcement, locked, unlocked */
  setMode(group, actor, setting) {
    group.needAdmin(actor);
    if (setting === 'announcement' || setting === 'not_announcement') group.announcement = setting === 'announcement';
    else if (setting === 'locked' || setting === 'unlocked') group.locked = setting === 'locked';
    else throw error(400, 'bad-request');
    this.#log(group, actor, setting);
    this.#notify(group, actor, el(setting));
  }
  setEphemeral(group, actor, expiration) {
    this.#mayEdit(group, actor);
    group.ephemeral = expiration;
    this.#log(group, actor, 'ephemeral');
    this.#notify(group, actor, expiration ? el('ephemeral', { expiration: String(expiration) }) : el('not_ephemeral'));
  }
  revokeInvite(group, actor) {
    group.needAdmin(actor);
    group.inviteCode = randomHex(11);
    this.#notify(group, actor, el('invite', { code: group.inviteCode }));
    return group.inviteCode;
  }
  byInvite(code) {
    const group = [...this.world.groups.values()].find((one) => one.inviteCode === code);
    if (!group) throw error(406, 'not-acceptable');
    return group;
  }
  #mayEdit(group, actor) {
    group.needMember(actor);
    if (group.locked) group.needAdmin(actor);
  }
}
