// A WhatsApp account: a phone number, its hidden number (LID), a phone as device 0 and up to four linked devices.
import { randomDigits } from '../bytes.mjs';
import { Phone } from '../phone/phone.mjs';

export const maxLinkedDevices = 4;

export class Account {
  #phone = null;

  constructor(world, { pn, name = `User ${pn}`, lid = randomDigits(15), addressing, business = false, passkey = false }) {
    if (!/^\d{5,15}$/.test(pn ?? '')) throw new Error('pn is 5 to 15 digits');
    Object.assign(this, { world, pn, name, lid, business, passkey });
    this.wishedAddressing = addressing;
    this.devices = new Map();
    this.nextDevice = 1;
    this.contacts = new Set();
    this.blocked = new Set();
    this.watchers = new Map(); // device -> the jid it watches under
    this.appState = new Map();
    this.banned = false;
    this.picture = null;
    this.presence = 'unavailable';
    this.privacy = { readreceipts: 'all', last: 'all', online: 'all', profile: 'all', status: 'all', groupadd: 'all', messages: 'all', calladd: 'all' };
  }
  /** Made when first needed: hundreds of accounts cost nothing until they speak. */
  get phone() { return (this.#phone ??= new Phone(this)); }
  resetPhone() { this.#phone = null; }
  get hasPhone() { return this.#phone !== null; }
  get addressing() { return this.wishedAddressing ?? this.world.addressing; }

  pnJid(device = 0) { return `${this.pn}${device ? `:${device}` : ''}@s.whatsapp.net`; }
  lidJid(device = 0) { return `${this.lid}${device ? `:${device}` : ''}@lid`; }
  jid(device, mode) { return mode === 'lid' ? this.lidJid(device) : this.pnJid(device); }
  deviceIds() { return [0, ...this.devices.keys()]; }
  device(id) {
    const device = this.devices.get(id);
    if (!device) throw Object.assign(new Error(`${this.pn} has no linked device ${id}`), { status: 404 });
    return device;
  }
  meet(other) {
    if (other === this) return;
    this.contacts.add(other);
    other.contacts.add(this);
  }
  summary() {
    return { pn: this.pn, lid: this.lid, name: this.name, addressing: this.addressing, banned: this.banned, devices: [...this.devices.values()].map((device) => device.summary()) };
  }
}
