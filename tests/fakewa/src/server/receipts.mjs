// <receipt> and <ack>: they settle what was queued, and receipts go on to whoever sent the message.
import { child, children, el, isGroupJid, parseJid } from '../nodes.mjs';
import { seconds } from '../bytes.mjs';

const staysHere = new Set(['peer_msg', 'hist_sync', 'server-error']);

export class Receipts {
  constructor({ world, journal, delivery }) { Object.assign(this, { world, journal, delivery }); }

  /** <ack class id [type] [participant]>: that one stanza has arrived. */
  settleByAck(device, { attrs }) {
    const same = (node) => node.tag === attrs.class && node.attrs.id === attrs.id && (node.attrs.type ?? '') === (attrs.type ?? '')
      && (!attrs.participant || node.attrs.participant === attrs.participant);
    const settled = device.queue.settle(same) || device.queue.settle((node) => node.tag === attrs.class && node.attrs.id === attrs.id);
    this.journal.append('ack', { pn: device.account.pn, device: device.id, class: attrs.class, id: attrs.id, settled, ...(attrs.error ? { error: attrs.error } : {}) });
  }

  fromDevice(device, node) {
    const { attrs } = node;
    if (!attrs.id || !attrs.to) throw new Error('a receipt without id or to');
    const ids = [attrs.id, ...children(child(node, 'list'), 'item').map((item) => item.attrs.id)];
    if (attrs.type !== 'retry') for (const id of ids) device.queue.settle((queued) => queued.tag === 'message' && queued.attrs.id === id);
    device.connection?.send(el('ack', { class: 'receipt', id: attrs.id, from: attrs.to, ...(attrs.type ? { type: attrs.type } : {}), ...(attrs.participant ? { participant: attrs.participant } : {}) }));
    this.journal.append('device_receipt', { pn: device.account.pn, device: device.id, ids, to: attrs.to, type: attrs.type ?? '', ...(attrs.participant ? { participant: attrs.participant } : {}),
      parts: children(node).map((one) => one.tag) });
    if (attrs.type === 'server-error') device.account.phone.onMediaRetry(device, node);
    this.forward(device.account, device.id, node);
  }

  /** From a phone or a device to the author's devices; a retry goes to the one device that encrypted. */
  forward(account, deviceId, node) {
    const { attrs } = node;
    if (staysHere.has(attrs.type)) return;
    const type = attrs.type === 'inactive' ? undefined : attrs.type;
    const base = { id: attrs.id, t: attrs.t ?? seconds(), ...(type ? { type } : {}) };
    if (isGroupJid(attrs.to)) return void this.#inGroup(account, deviceId, node, base);
    const { server, device } = parseJid(attrs.to) ?? {};
    const from = account.jid(deviceId, server === 'lid' ? 'lid' : 'pn');
    if (type === 'sender' || type === 'read-self') {
      for (const id of account.deviceIds()) if (id !== deviceId) this.delivery.to(account, id, el('receipt', { ...base, from, recipient: attrs.recipient ?? attrs.to }, node.content));
      return;
    }
    const author = this.world.byJid(attrs.to);
    if (!author) return;
    for (const id of type === 'retry' ? [device] : author.deviceIds()) {
      this.delivery.to(author, id, el('receipt', { ...base, from, ...(attrs.recipient ? { recipient: attrs.recipient } : {}) }, node.content));
    }
  }
  #inGroup(account, deviceId, node, base) {
    const author = this.world.byJid(node.attrs.participant);
    const group = this.world.groups.get(node.attrs.to);
    if (!author || !group) return;
    const ids = base.type === 'retry' ? [parseJid(node.attrs.participant).device] : author.deviceIds();
    for (const id of ids) this.delivery.to(author, id, el('receipt', { ...base, from: node.attrs.to, participant: account.jid(deviceId, group.mode) }, node.content));
  }
}
