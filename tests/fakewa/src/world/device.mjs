// A linked device of an account: its public keys, its stock of one-time prekeys and what still has to reach it.
import { isSignedBy, withTypeByte } from '../curve.mjs';
import { needBytes, child, children } from '../nodes.mjs';
import { DeliveryQueue } from './delivery_queue.mjs';

export class Device {
  constructor(account, id, { noiseKey, identity, registrationId, signedPreKey, platform }) {
    Object.assign(this, { account, id, noiseKey, identity, registrationId, signedPreKey, platform });
    this.preKeys = [];
    this.usedPreKeyIds = new Set();
    this.advIdentity = null;
    this.keyIndex = 0;
    this.connection = null;
    this.logins = 0;
    this.greeted = false;
    this.queue = new DeliveryQueue(this);
  }
  get name() { return `${this.account.pn}:${this.id}`; }
  get online() { return this.connection !== null; }

  addPreKeys(list) {
    for (const node of list) {
      const id = needBytes(node, 'id', 3);
      const number = id.readUIntBE(0, 3);
      if (this.usedPreKeyIds.has(number) || this.preKeys.some((key) => key.id.equals(id))) continue;
      this.preKeys.push({ id, value: needBytes(node, 'value', 32) });
    }
  }
  takePreKey() {
    const key = this.preKeys.shift();
    if (key) this.usedPreKeyIds.add(key.id.readUIntBE(0, 3));
    return key;
  }
  summary() {
    return { id: this.id, jid: this.account.pnJid(this.id), lid: this.account.lidJid(this.id), online: this.online, active: Boolean(this.connection?.active),
      logins: this.logins, preKeys: this.preKeys.length, queued: this.queue.size, held: this.queue.held, platform: this.platform };
  }
}

/** A signed prekey out of <skey>, refused when the identity key did not sign it. */
export function readSignedPreKey(node, identity) {
  const skey = child(node, 'skey');
  const key = { id: needBytes(skey, 'id', 3), value: needBytes(skey, 'value', 32), signature: needBytes(skey, 'signature', 64) };
  if (!isSignedBy(identity, withTypeByte(key.value), key.signature)) throw new Error('the signed prekey is not signed by the identity key');
  return key;
}
export const preKeyNodes = (node) => children(child(node, 'list'), 'key');
