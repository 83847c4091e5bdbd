// Retries both ways: a phone that cannot read a message asks for it again, and sends its own again when asked.
import { child, el, isGroupJid, parseJid } from '../nodes.mjs';

const maxTries = 5;

export class Retries {
  #asked = new Map();
  #resent = new Map();

  constructor(phone) { this.phone = phone; }
  #count(map, key) {
    const count = (map.get(key) ?? 0) + 1;
    map.set(key, count);
    if (map.size > 5000) map.delete(map.keys().next().value);
    return count;
  }

  /** <receipt type=retry> with new keys, to the device that encrypted. */
  ask(node) {
    const { attrs } = node;
    const count = this.#count(this.#asked, `${attrs.id} ${attrs.participant ?? attrs.from}`);
    if (count > maxTries) return;
    const { keys, account } = this.phone;
    const preKey = keys.newPreKey();
    const signed = keys.signed;
    account.world.services.receipts.forward(account, 0, el('receipt', { id: attrs.id, to: attrs.from, type: 'retry', ...(attrs.participant ? { participant: attrs.participant } : {}), ...(attrs.recipient ? { recipient: attrs.recipient } : {}) }, [
      el('retry', { count: String(count), id: attrs.id, t: attrs.t, v: '1' }), el('registration', {}, keys.registration),
      el('keys', {}, [el('type', {}, Buffer.from([5])), el('identity', {}, keys.identity.public), el('key', {}, [el('id', {}, preKey.id), el('value', {}, preKey.value)]),
        el('skey', {}, [el('id', {}, signed.id), el('value', {}, signed.value), el('signature', {}, signed.signature)])])]));
  }

  /** The same message again under the same id, to the one device that asked. */
  async answer(receipt) {
    const { attrs } = receipt;
    const { phone } = this;
    const { account, sessions } = phone;
    const entry = phone.memory.get(attrs.id);
    if (!entry?.fromMe) return;
    const asker = attrs.participant ?? attrs.from;
    if (this.#count(this.#resent, `${attrs.id} ${asker}`) > maxTries) return;
    const lid = account.world.toLid(asker);
    const own = account.world.byJid(asker) === account;
    await sessions.renew(lid, receipt);
    const inGroup = isGroupJid(attrs.from);
    const plain = inGroup ? { ...entry.message, senderKeyDistributionMessage: await sessions.groupDistribution(attrs.from) } : entry.message;
    const message = own && !inGroup ? { deviceSentMessage: { destinationJid: entry.to, message: plain } } : plain;
    const count = child(receipt, 'retry')?.attrs.count ?? '1';
    const enc = await sessions.encrypt(lid, message, { count });
    const to = inGroup ? { to: attrs.from, participant: asker } : { to: asker, ...(own ? { recipient: entry.to } : {}) };
    account.world.services.journal.append('phone_resent', { pn: account.pn, id: attrs.id, to: asker, device: parseJid(asker).device, count: Number(count) });
    account.world.services.relay.distribute(account, 0, el('message', { id: attrs.id, type: entry.type ?? 'text', ...to }, [enc]));
  }
}
