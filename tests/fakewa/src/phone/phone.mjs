// A simulated phone, device 0 of its account: reads what comes, sends what a test wants said, links devices. It does one thing at a time.
import { children, el, isGroupJid, parseJid } from '../nodes.mjs';
import { messageId, seconds, stanzaId, unixNow } from '../bytes.mjs';
import { PhoneKeys } from './keys.mjs';
import { DeviceIssuer } from './adv.mjs';
import { beginLinking } from './link_code.mjs';
import { Sessions } from './sessions.mjs';
import { Memory } from './memory.mjs';
import { Retries } from './retry.mjs';
import { inboxEntry, readMessage } from './inbox.mjs';
import { bootstrap, keyShare, newAppStateKey } from './history.mjs';
import { buildContent } from './content.mjs';
import { answerMediaRetry, uploadFor } from './media.mjs';

const maxWaiting = 50000;

export class Phone {
  #chain = Promise.resolve();
  #waiting = 0;
  #asleep = [];

  constructor(account) {
    this.account = account;
    this.keys = new PhoneKeys();
    this.issuer = new DeviceIssuer(this.keys);
    this.sessions = new Sessions(account, this.keys);
    this.memory = new Memory();
    this.retries = new Retries(this);
    this.appStateKey = newAppStateKey();
    this.auto = { delivery: true, read: false, played: false };
    this.online = true;
  }
  get services() { return this.account.world.services; }
  get journal() { return this.services.journal; }

  /** Runs after everything that was asked before. */
  serial(task) {
    if (this.#waiting >= maxWaiting) throw new Error(`the phone of ${this.account.pn} has too much to do`);
    this.#waiting++;
    const done = this.#chain.then(task).finally(() => { this.#waiting--; });
    this.#chain = done.catch(() => {});
    return done;
  }
  #background(task) {
    this.serial(task).catch((error) => this.journal.append('fault', { error: `phone ${this.account.pn}: ${error.message}` }));
  }

  // Linking
  linkByCode(code, wrapped) { return beginLinking(this.keys, code, wrapped); }
  issueDeviceIdentity(identity, advSecret) { return this.issuer.issue(identity, advSecret); }
  keyIndexList() { return this.issuer.keyIndexList(); }
  revokeDevice(device) {
    this.issuer.revoke(device.keyIndex);
    this.sessions.forget(this.account.lidJid(device.id));
  }
  greet(device) {
    this.#background(async () => {
      for (const protocolMessage of [keyShare(this.appStateKey, this.issuer.rawId), ...bootstrap(this)]) await this.#sendPeer(device, protocolMessage);
    });
  }
  async #sendPeer(device, protocolMessage) {
    const enc = await this.sessions.encrypt(this.account.lidJid(device.id), { protocolMessage });
    this.services.delivery.to(this.account, device.id, el('message', { from: this.account.pnJid(), id: messageId(), t: seconds(), type: 'text', category: 'peer' }, [enc]));
  }

  // Receiving
  receive(node) {
    if (!this.online) {
      if (this.#asleep.length < maxWaiting) this.#asleep.push(node);
      return;
    }
    this.#background(() => this.#take(node));
  }
  setOnline(online) {
    this.online = online;
    if (online) for (const node of this.#asleep.splice(0)) this.receive(node);
  }
  async #take(node) {
    if (node.tag === 'message') return this.#read(node);
    if (node.tag === 'receipt') return this.#receipt(node);
    if (node.tag === 'notification' && node.attrs.type === 'encrypt' && children(node, 'identity').length) {
      const other = this.account.world.byJid(node.attrs.from);
      if (other) this.sessions.forgetAccount(other);
    }
    if (node.tag === 'chatstate') this.journal.append('phone_chatstate', { pn: this.account.pn, from: node.attrs.from, state: node.content?.[0]?.tag ?? '' });
    return undefined;
  }
  async #read(node) {
    const read = await readMessage(this, node);
    const { message, error, author } = read;
    if (error) this.retries.ask(node);
    this.#remember(node, read);
    this.journal.append('inbox', inboxEntry(this, node, read));
    if (!message || error || node.attrs.category === 'peer' || this.account.world.byJid(author) === this.account) return;
    for (const type of ['delivery', 'read', 'played']) {
      if (this.auto[type] && (type !== 'played' || message.audioMessage)) this.#sendReceipt(node.attrs, type);
    }
  }
  #remember(node, { message, destination, author }) {
    if (!message || node.attrs.category === 'peer') return;
    const { world } = this.account;
    const sender = world.byJid(author);
    const chat = isGroupJid(node.attrs.from) ? world.groups.get(node.attrs.from) : world.byJid(destination ?? node.attrs.from);
    if (sender && chat) this.memory.add({ id: node.attrs.id, chat, sender, fromMe: sender === this.account, message, t: Number(node.attrs.t), from: node.attrs.from, participant: node.attrs.participant });
  }
  async #receipt(node) {
    const { attrs } = node;
    const who = attrs.participant ?? attrs.from;
    this.journal.append('receipt', { pn: this.account.pn, ids: [attrs.id, ...children(node.content?.[0], 'item').map((item) => item.attrs.id)], type: attrs.type ?? 'delivery', from: attrs.from,
      ...(attrs.participant ? { participant: attrs.participant } : {}), senderPn: this.account.world.byJid(who)?.pn, senderDevice: parseJid(who)?.device ?? 0, t: attrs.t });
    if (attrs.type === 'retry') await this.retries.answer(node);
  }
  /** delivery, read or played, for a message in the memory. */
  receipt(id, type) {
    const entry = this.memory.need(id);
    return this.serial(async () => this.#sendReceipt({ id, from: entry.from, participant: entry.participant }, type));
  }
  #sendReceipt({ id, from, participant }, type) {
    this.services.receipts.forward(this.account, 0, el('receipt', { id, to: from, ...(participant ? { participant } : {}), ...(type === 'delivery' ? {} : { type }), t: seconds() }));
  }

  // Sending
  upload(kind, bytes) { return uploadFor(this.services.media.store, kind, bytes); }
  onMediaRetry(device, node) { this.#background(() => answerMediaRetry(this, device, node)); }

  /** `to` is an account or a group; `wish` says what (content.mjs). Gives { id }. */
  send(to, wish) {
    return this.serial(async () => {
      const id = wish.messageId ?? messageId();
      const { message, type, attrs = {} } = buildContent(this, to, wish);
      const mode = wish.addressing ?? this.account.addressing;
      const entry = this.memory.add({ id, chat: to, sender: this.account, fromMe: true, message, t: unixNow(), type, to: to.members ? to.id : to.jid(0, mode), from: to.members ? to.id : this.account.jid(0, mode) });
      const encAttrs = wish.encAttrs ?? {};
      const content = to.members ? await this.#forGroup(to, message, encAttrs) : await this.#forPerson(to, message, entry.to, encAttrs);
      this.services.relay.distribute(this.account, 0, el('message', { id, to: entry.to, type, ...attrs }, content));
      return { id };
    });
  }
  async #forPerson(peer, message, destinationJid, encAttrs) {
    const parts = [];
    for (const id of peer.deviceIds()) {
      if (peer === this.account && id === 0) continue;
      parts.push(el('to', { jid: peer.lidJid(id) }, [await this.sessions.encrypt(peer.lidJid(id), message, encAttrs)]));
    }
    const copy = { deviceSentMessage: { destinationJid, message }, ...(message.messageContextInfo ? { messageContextInfo: message.messageContextInfo } : {}) };
    for (const id of peer === this.account ? [] : this.account.devices.keys()) parts.push(el('to', { jid: this.account.lidJid(id) }, [await this.sessions.encrypt(this.account.lidJid(id), copy, encAttrs)]));
    return [el('participants', {}, parts)];
  }
  async #forGroup(group, message, encAttrs) {
    if (!group.mayWrite(this.account)) throw Object.assign(new Error(`${this.account.pn} may not write to ${group.id}`), { status: 403 });
    const { parts, enc } = await this.sessions.encryptForGroup(group, message, encAttrs);
    return [...(parts.length ? [el('participants', {}, parts)] : []), enc];
  }
  /** Bytes nobody can read, as from a broken session; the receiver asks for a retry of a message the phone may know. */
  sendGarbage(to, id = messageId()) {
    const enc = () => el('enc', { v: '2', type: 'msg' }, Buffer.concat([Buffer.from([0x33]), Buffer.alloc(80, 7)]));
    const jid = to.jid(0, this.account.addressing);
    this.services.relay.distribute(this.account, 0, el('message', { id, to: jid, type: 'text' }, [el('participants', {}, to.deviceIds().map((one) => el('to', { jid: to.lidJid(one) }, [enc()])))]));
    return { id };
  }
  typing(to, state) {
    const { account } = this;
    const inside = [state === 'recording' ? el('composing', { media: 'audio' }) : el(state)];
    if (to.members) {
      for (const member of to.members.values()) if (member.account !== account) for (const id of member.account.devices.keys()) this.services.delivery.passing(member.account, id, el('chatstate', { from: to.id, participant: account.jid(0, to.mode) }, inside));
      return;
    }
    for (const id of to.devices.keys()) this.services.delivery.passing(to, id, el('chatstate', { from: account.jid(0, account.addressing) }, inside));
  }
  setPresence(state) {
    this.account.presence = state;
    for (const [device, jid] of this.account.watchers) device.queue.pass(el('presence', { from: jid, ...(state === 'available' ? {} : { type: 'unavailable', last: seconds() }) }));
  }
  call(to, { video = false } = {}) {
    const call = stanzaId();
    const { account } = this;
    this.services.delivery.toLinked(to, el('call', { from: account.jid(0, account.addressing), id: stanzaId(), t: seconds() }, [el('offer', { 'call-id': call, 'call-creator': account.jid(0, account.addressing) }, video ? [el('video')] : undefined)]));
    return { call };
  }
}
