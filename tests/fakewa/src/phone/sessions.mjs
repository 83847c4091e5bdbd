// End-to-end encryption of one phone: Signal sessions with devices, sender keys in groups. Sessions are kept under LID addresses.
import { encodeWAMessage, proto, unpadRandomMax16 } from 'baileys';
import { makeLibSignalRepository } from 'baileys/lib/Signal/libsignal.js';
import { silentLogger } from '../quiet.mjs';
import { withTypeByte } from '../curve.mjs';
import { bytesOf, child, el, needBytes } from '../nodes.mjs';

const number = (bytes) => bytes.readUIntBE(0, bytes.length);
const publicPart = (key) => key && { keyId: number(key.id), publicKey: withTypeByte(key.value), ...(key.signature ? { signature: key.signature } : {}) };

export class Sessions {
  #groupKeys = new Map();

  constructor(account, keys) {
    this.account = account;
    this.keys = keys;
    this.repository = makeLibSignalRepository({ creds: keys.creds, keys: keys.store }, silentLogger, async () => []);
  }
  #inject(jid, { registrationId, identity, signedPreKey, preKey }) {
    return this.repository.injectE2ESession({ jid, session: { registrationId: number(registrationId), identityKey: withTypeByte(identity), signedPreKey: publicPart(signedPreKey), preKey: publicPart(preKey) } });
  }
  async #ensure(jid) {
    if ((await this.repository.validateSession(jid)).exists) return;
    const bundle = this.account.world.services.bundles.take(jid);
    if (!bundle) throw new Error(`${jid} has no keys`);
    await this.#inject(jid, bundle);
  }
  /** A retry receipt may bring the keys to begin a new session with. */
  async renew(jid, receipt) {
    const keys = child(receipt, 'keys');
    this.forget(jid);
    if (!keys) return;
    const part = (tag, signed) => {
      const node = child(keys, tag);
      return node && { id: needBytes(node, 'id', 3), value: needBytes(node, 'value', 32), ...(signed ? { signature: needBytes(node, 'signature', 64) } : {}) };
    };
    await this.#inject(jid, { registrationId: needBytes(receipt, 'registration', 4), identity: needBytes(keys, 'identity', 32), signedPreKey: part('skey', true), preKey: part('key') });
  }
  forget(jid) {
    const address = jid && this.repository.jidToSignalProtocolAddress(jid);
    this.keys.store.clear('session', (id) => !jid || id === address);
  }
  forgetAccount(account) {
    for (const id of account.deviceIds()) this.forget(account.lidJid(id));
    this.keys.store.clear('identity-key', (id) => id.startsWith(account.lid));
  }

  async encrypt(jid, message, attrs = {}) {
    await this.#ensure(jid);
    const { type, ciphertext } = await this.repository.encryptMessage({ jid, data: encodeWAMessage(message) });
    return el('enc', { v: '2', type, ...attrs }, ciphertext);
  }
  /** The group's message, and the key for those devices that have not got it; a member's leaving makes a new key. */
  async encryptForGroup(group, message, attrs = {}) {
    const devices = [...group.members.values()].flatMap(({ account }) => account.deviceIds().map((id) => account.lidJid(id))).filter((jid) => jid !== this.account.lidJid());
    let known = this.#groupKeys.get(group.id) ?? new Set();
    if ([...known].some((jid) => !devices.includes(jid))) {
      this.forgetGroup(group.id);
      known = new Set();
    }
    const { ciphertext, senderKeyDistributionMessage } = await this.repository.encryptGroupMessage({ group: group.id, meId: this.account.lidJid(), data: encodeWAMessage(message) });
    const distribution = { senderKeyDistributionMessage: { groupId: group.id, axolotlSenderKeyDistributionMessage: senderKeyDistributionMessage } };
    const parts = [];
    for (const jid of devices.filter((one) => !known.has(one))) {
      parts.push(el('to', { jid }, [await this.encrypt(jid, distribution)]));
      known.add(jid);
    }
    this.#groupKeys.set(group.id, known);
    return { parts, enc: el('enc', { v: '2', type: 'skmsg', ...attrs }, ciphertext) };
  }
  async groupDistribution(groupId) {
    const key = await this.repository.getSenderKeyDistributionMessage({ group: groupId, meId: this.account.lidJid() });
    return { groupId, axolotlSenderKeyDistributionMessage: key };
  }
  forgetGroup(groupId) {
    this.#groupKeys.delete(groupId);
    this.keys.store.clear('sender-key', (id) => id.startsWith(`${groupId}::${this.account.lid}`));
  }

  /** One <enc>, decrypted and decoded; a sender key inside it is taken. */
  async decrypt(enc, { author, group }) {
    const bytes = bytesOf(enc);
    if (!bytes) throw new Error('an <enc> without bytes');
    const padded = enc.attrs.type === 'skmsg'
      ? await this.repository.decryptGroupMessage({ group, authorJid: author, msg: bytes })
      : await this.repository.decryptMessage({ jid: author, type: enc.attrs.type, ciphertext: bytes });
    const message = proto.Message.decode(unpadRandomMax16(padded));
    const key = message.senderKeyDistributionMessage;
    if (key) await this.repository.processSenderKeyDistributionMessage({ authorJid: author, item: key });
    return message;
  }
}
