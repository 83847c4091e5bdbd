// A group: who is in it with which role, how members are addressed, and the rules of who may change what.
import { el } from '../nodes.mjs';
import { randomDigits, randomHex, seconds } from '../bytes.mjs';

const denied = (code, text) => Object.assign(new Error(text), { code, status: code });
export const maxGroupSize = 1024;

export class Group {
  constructor({ subject, owner, mode = 'lid' }) {
    this.id = `1203630${randomDigits(11)}@g.us`;
    this.subject = subject;
    this.mode = mode;
    this.owner = owner;
    this.members = new Map();
    this.createdAt = this.subjectAt = seconds();
    this.subjectBy = owner;
    this.description = null;
    this.announcement = false;
    this.locked = false;
    this.ephemeral = 0;
    this.inviteCode = randomHex(11);
    this.picture = null;
    this.join(owner, 'superadmin');
  }
  has(account) { return this.members.has(account.pn); }
  isAdmin(account) { return Boolean(this.members.get(account.pn)?.role); }
  mayWrite(account) { return this.has(account) && (!this.announcement || this.isAdmin(account)); }
  join(account, role = '') { this.members.set(account.pn, { account, role }); }
  leave(account) {
    this.members.delete(account.pn);
    if (this.members.size && ![...this.members.values()].some(({ role }) => role)) this.members.values().next().value.role = 'admin';
  }
  needMember(account) { if (!this.has(account)) throw denied(403, 'forbidden'); }
  needAdmin(account) { if (!this.isAdmin(account)) throw denied(403, 'forbidden'); }

  other(account) { return this.mode === 'lid' ? { phone_number: account.pnJid() } : { lid: account.lidJid() }; }
  participant(account, extra = {}) {
    const role = this.members.get(account.pn)?.role;
    return el('participant', { jid: account.jid(0, this.mode), ...this.other(account), ...(role ? { type: role } : {}), ...extra });
  }
  node() {
    const by = (name, account) => ({ [name]: account.jid(0, this.mode), ...(this.mode === 'lid' ? { [`${name}_pn`]: account.pnJid() } : {}) });
    return el('group', { id: this.id.split('@')[0], subject: this.subject, s_t: this.subjectAt, ...by('s_o', this.subjectBy), creation: this.createdAt, ...by('creator', this.owner),
      addressing_mode: this.mode, size: String(this.members.size) }, [
      ...[...this.members.values()].map(({ account }) => this.participant(account)),
      ...(this.description ? [el('description', { id: this.description.id, t: this.description.t, participant: this.description.by.jid(0, this.mode) }, [el('body', {}, Buffer.from(this.description.text))])] : []),
      ...(this.announcement ? [el('announcement')] : []), ...(this.locked ? [el('locked')] : []), ...(this.ephemeral ? [el('ephemeral', { expiration: String(this.ephemeral) })] : [])]);
  }
  summary() {
    return { id: this.id, subject: this.subject, mode: this.mode, owner: this.owner.pn, description: this.description?.text ?? '', announcement: this.announcement, locked: this.locked, inviteCode: this.inviteCode,
      members: [...this.members.values()].map(({ account, role }) => ({ pn: account.pn, lid: account.lid, role })) };
  }
}
