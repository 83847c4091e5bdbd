// Who exists: accounts by number and by LID, groups by id.
import { parseJid } from '../nodes.mjs';
import { Account } from './account.mjs';

const maxAccounts = 20000;
const notFound = (message) => Object.assign(new Error(message), { status: 404 });

export class World {
  #byPn = new Map();
  #byLid = new Map();
  groups = new Map();

  /** services: { journal, media, delivery, ... } given to the phones, filled in by the server. */
  constructor({ addressing = 'pn' }) {
    this.addressing = addressing;
    this.services = {};
  }
  get accounts() { return this.#byPn.values(); }
  get size() { return this.#byPn.size; }

  /** The account of this number, made when there is none. */
  ensureAccount(fields) {
    const known = this.#byPn.get(fields.pn);
    if (known) return known;
    if (this.size >= maxAccounts) throw new Error('there are too many accounts');
    const account = new Account(this, fields);
    this.#byPn.set(account.pn, account);
    this.#byLid.set(account.lid, account);
    return account;
  }
  find(pn) { return this.#byPn.get(String(pn)); }
  account(pn) {
    const account = this.find(pn);
    if (!account) throw notFound(`there is no account ${pn}`);
    return account;
  }
  byJid(jid) {
    const parsed = parseJid(jid);
    if (!parsed) return undefined;
    if (parsed.server === 'lid') return this.#byLid.get(parsed.user);
    return parsed.server === 's.whatsapp.net' || parsed.server === 'c.us' ? this.#byPn.get(parsed.user) : undefined;
  }
  /** A number, a jid of either kind; accounts named by a test come into being. */
  resolve(who) {
    const account = String(who).includes('@') ? this.byJid(who) : this.find(who);
    if (!account) throw notFound(`there is no account ${who}`);
    return account;
  }
  toLid(jid) {
    const account = this.byJid(jid);
    return account ? account.lidJid(parseJid(jid).device) : jid;
  }
  group(id) {
    const group = this.groups.get(id);
    if (!group) throw notFound(`there is no group ${id}`);
    return group;
  }
}
