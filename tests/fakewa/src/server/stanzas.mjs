// Where a client's stanzas go, by tag.
import { child, el, isGroupJid, parseJid, serverJid } from '../nodes.mjs';
import { answerIq } from './iq/index.mjs';

const activity = (node) => {
  const state = node.content?.[0];
  return { state: state?.attrs?.media === 'audio' ? 'recording' : state?.tag ?? '' };
};

export class Stanzas {
  constructor(services) {
    Object.assign(this, services);
    this.services = services;
  }

  handle(connection, node) {
    const { device } = connection;
    if (node.tag === 'iq') return this.#iq(connection, node);
    if (!device && (node.tag === 'ack' || node.tag === 'presence' || node.tag === 'ib')) return undefined; // an unpaired client says these too
    if (!device) throw new Error(`<${node.tag}> before login`);
    switch (node.tag) {
      case 'message': return this.relay.fromDevice(device, node);
      case 'receipt': return this.receipts.fromDevice(device, node);
      case 'ack': return this.receipts.settleByAck(device, node);
      case 'presence': return this.#presence(device, node);
      case 'chatstate': return this.#chatState(device, node);
      case 'ib': return this.#ib(device, node);
      case 'call': return this.#call(device, node);
      default: throw new Error(`<${node.tag}> is unknown`);
    }
  }

  async #iq(connection, node) {
    const { id, type } = node.attrs;
    if (type === 'result' || type === 'error') {
      if (id && id === connection.pairIqId) connection.onPairSign?.(node);
      return;
    }
    const to = node.attrs.to ?? serverJid;
    try {
      const { content, after } = (await answerIq(this.services, connection, node)) ?? {};
      connection.send(el('iq', { from: to, type: 'result', id }, content));
      await after?.();
    } catch (error) {
      const code = String(error.code ?? 400);
      if (!error.code) this.journal.append('fault', { error: `${node.attrs.xmlns}: ${error.message}` });
      connection.send(el('iq', { from: to, type: 'error', id }, [el('error', { code: /^\d+$/.test(code) ? code : '500', text: error.code ? error.message : 'bad-request' })]));
    }
  }

  #ib(device, node) {
    const batch = child(node, 'offline_batch');
    if (batch) device.queue.nextBatch(Number(batch.attrs.count) || 100);
  }
  #presence(device, { attrs }) {
    const { account } = device;
    if (attrs.type === 'subscribe') {
      const target = this.world.byJid(attrs.to);
      if (!target) return;
      target.watchers.set(device, attrs.to);
      this.journal.append('subscribe', { pn: account.pn, device: device.id, to: target.pn });
      device.queue.pass(el('presence', { from: attrs.to, ...(target.presence === 'available' ? {} : { type: 'unavailable', last: 'deny' }) }));
      return;
    }
    if (attrs.type) account.presence = attrs.type;
    if (attrs.name) account.pushName = attrs.name;
    this.journal.append('presence', { pn: account.pn, device: device.id, state: attrs.type ?? '', ...(attrs.name ? { name: attrs.name } : {}) });
  }
  #chatState(device, node) {
    const { account } = device;
    this.journal.append('typing', { pn: account.pn, device: device.id, to: node.attrs.to, ...activity(node) });
    if (isGroupJid(node.attrs.to)) {
      const group = this.world.groups.get(node.attrs.to);
      for (const member of group?.members.values() ?? []) {
        if (member.account !== account) for (const id of member.account.deviceIds()) this.delivery.passing(member.account, id, el('chatstate', { from: node.attrs.to, participant: account.jid(0, group.mode) }, node.content));
      }
      return;
    }
    const target = this.world.byJid(node.attrs.to);
    const mode = parseJid(node.attrs.to)?.server === 'lid' ? 'lid' : 'pn';
    for (const id of target?.deviceIds() ?? []) this.delivery.passing(target, id, el('chatstate', { from: account.jid(0, mode) }, node.content));
  }
  #call(device, node) {
    const action = node.content?.[0];
    this.journal.append('call', { pn: device.account.pn, device: device.id, to: node.attrs.to, action: action?.tag ?? '', call: action?.attrs?.['call-id'] ?? '' });
    device.connection.send(el('ack', { class: 'call', id: node.attrs.id, from: node.attrs.to }));
  }
}
