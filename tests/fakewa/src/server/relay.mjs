// A <message> from a device or a phone: acknowledged, then copied to every device it is for.
import { child, children, el, isGroupJid, parseJid } from '../nodes.mjs';
import { randomHex, seconds } from '../bytes.mjs';
import { groupDeviceJids, participantHash } from './phash.mjs';

const passedOn = ['type', 'edit', 'category', 'expiration'];
const notForwarded = new Set(['participants', 'enc', 'tctoken', 'cstoken', 'device-identity']);
const encsOf = (node) => children(node, 'enc');

export class Relay {
  constructor({ world, journal, delivery, faults }) { Object.assign(this, { world, journal, delivery, faults }); }

  /** From a linked device; scripted trouble happens here. */
  fromDevice(device, node) {
    const { account } = device;
    const { attrs } = node;
    if (!attrs.id || !attrs.to) throw new Error('a message without id or to');
    const peer = attrs.category === 'peer';
    const drop = peer ? undefined : this.faults.nextDrop(account.pn);
    if (drop) this.journal.append('dropped', { pn: account.pn, device: device.id, id: attrs.id, to: attrs.to, when: drop });
    if (drop === 'before') return device.connection?.terminate();
    if (drop === 'swallow') return undefined;
    const refusal = peer ? undefined : this.faults.nextAckFailure(account.pn) ?? this.#refusal(account, node);
    if (refusal) {
      this.journal.append('refused', { pn: account.pn, device: device.id, id: attrs.id, to: attrs.to, error: refusal });
      return this.#ack(device, node, { error: refusal });
    }
    if (drop !== 'after' && drop !== 'no_ack') this.#ack(device, node, this.#phash(account, node));
    this.distribute(account, device.id, node);
    if (drop === 'after') device.connection?.terminate();
    return undefined;
  }

  #ack(device, { attrs }, extra) {
    const ack = el('ack', { class: 'message', id: attrs.id, from: attrs.to, t: seconds(), ...(attrs.participant ? { participant: attrs.participant } : {}), ...extra });
    const delay = this.faults.ackDelay(device.account.pn);
    if (!delay) return device.connection?.send(ack);
    const { connection } = device;
    setTimeout(() => connection?.send(ack), delay).unref();
    return undefined;
  }
  /** What the server itself finds wrong: no recipients (479), a group one is not in or may not write to (403), an unknown group (404). */
  #refusal(account, node) {
    if (!isGroupJid(node.attrs.to)) {
      const some = encsOf(node).length || children(child(node, 'participants'), 'to').length || child(node, 'plaintext');
      return some ? undefined : '479';
    }
    const group = this.world.groups.get(node.attrs.to);
    if (!group) return '404';
    return group.mayWrite(account) ? undefined : '403';
  }
  #phash(account, { attrs }) {
    const group = this.world.groups.get(attrs.to);
    if (!group || attrs.participant) return {};
    const phash = this.faults.nextPhashMismatch(account.pn) ? `2:${randomHex(3)}` : participantHash(groupDeviceJids(group));
    return { phash, addressing_mode: group.mode };
  }

  /** Copies to the devices named in the stanza. */
  distribute(account, deviceId, node) {
    this.journal.append('message', { pn: account.pn, device: deviceId, id: node.attrs.id, to: node.attrs.to, type: node.attrs.type,
      ...(node.attrs.edit ? { edit: node.attrs.edit } : {}), ...(node.attrs.category ? { category: node.attrs.category } : {}),
      ...(node.attrs.phash ? { phash: node.attrs.phash } : {}), encs: this.#encTypes(node) });
    const { server } = parseJid(node.attrs.to) ?? {};
    if (server === 'g.us') return this.#toGroup(account, deviceId, node);
    if (server === 'lid' || server === 's.whatsapp.net') return this.#toPeople(account, deviceId, node, server === 'lid' ? 'lid' : 'pn');
    return undefined; // status, channels: accepted, and nobody follows them here
  }
  #encTypes(node) {
    return [...encsOf(node), ...children(child(node, 'participants'), 'to').flatMap(encsOf)].map((enc) => enc.attrs.type);
  }
  /** A device's certificate of belonging travels only with messages that begin a session. */
  #contents(node, encs) {
    const identity = child(node, 'device-identity');
    return [...encs, ...(identity && encs.some((enc) => enc.attrs.type === 'pkmsg') ? [identity] : []), ...children(node).filter((one) => !notForwarded.has(one.tag))];
  }
  #attrs(account, node) {
    const kept = passedOn.filter((name) => node.attrs[name]).map((name) => [name, node.attrs[name]]);
    return { id: node.attrs.id, t: seconds(), notify: account.name, ...Object.fromEntries(kept) };
  }

  #toPeople(account, deviceId, node, mode) {
    const from = account.jid(deviceId, mode);
    const alternate = mode === 'lid' ? { sender_pn: account.pnJid() } : { sender_lid: account.lidJid() };
    const send = (jid, encs) => {
      const target = this.world.byJid(jid);
      if (!target || !encs.length || target.blocked.has(account)) return;
      account.meet(target);
      const own = target === account && node.attrs.category !== 'peer' ? { recipient: node.attrs.recipient ?? node.attrs.to } : {};
      this.delivery.to(target, parseJid(jid).device, el('message', { from, ...this.#attrs(account, node), ...alternate, ...own }, this.#contents(node, encs)));
    };
    const participants = children(child(node, 'participants'), 'to');
    if (participants.length) for (const one of participants) send(one.attrs.jid, encsOf(one));
    else send(node.attrs.to, encsOf(node));
  }

  #toGroup(account, deviceId, node) {
    const group = this.world.groups.get(node.attrs.to);
    if (!group) return;
    const { mode } = group;
    const attrs = { from: node.attrs.to, participant: account.jid(deviceId, mode), addressing_mode: mode,
      ...(mode === 'lid' ? { participant_pn: account.pnJid() } : { participant_lid: account.lidJid() }), ...this.#attrs(account, node) };
    const named = new Map(children(child(node, 'participants'), 'to').map((one) => [this.world.toLid(one.attrs.jid), encsOf(one)]));
    const only = node.attrs.participant && this.world.toLid(node.attrs.participant);
    for (const member of group.members.values()) {
      for (const id of member.account.deviceIds()) {
        const lid = member.account.lidJid(id);
        if ((member.account === account && id === deviceId) || (only && only !== lid)) continue;
        const encs = only ? encsOf(node) : [...(named.get(lid) ?? []), ...encsOf(node)];
        if (encs.length) this.delivery.to(member.account, id, el('message', { ...attrs }, this.#contents(node, encs)));
      }
    }
  }
}
