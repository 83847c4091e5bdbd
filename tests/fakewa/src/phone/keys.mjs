// A phone's Signal identity: its keys, and one-time prekeys made when somebody asks for one.
import crypto from 'node:crypto';
import { makeKeyPair, sign, withTypeByte } from '../curve.mjs';
import { bigEndian } from '../bytes.mjs';

/** Keeps what libsignal wants kept, in memory. */
function memoryKeys() {
  const kinds = new Map();
  const kind = (name) => kinds.get(name) ?? kinds.set(name, new Map()).get(name);
  return {
    get: async (name, ids) => Object.fromEntries(ids.map((id) => [id, kind(name).get(id)]).filter(([, value]) => value !== undefined)),
    set: async (data) => {
      for (const [name, values] of Object.entries(data)) {
        for (const [id, value] of Object.entries(values)) value === null || value === undefined ? kind(name).delete(id) : kind(name).set(id, value);
      }
    },
    transaction: (work) => work(), // a phone does one thing at a time
    isInTransaction: () => false,
    clear: (name, fits = () => true) => { for (const id of [...kind(name).keys()]) if (fits(id)) kind(name).delete(id); },
  };
}

export class PhoneKeys {
  #nextPreKey = 1;

  constructor() {
    this.identity = makeKeyPair();
    const keyPair = makeKeyPair();
    this.signedPreKey = { keyId: 1, keyPair, signature: sign(this.identity.private, withTypeByte(keyPair.public)) };
    this.registrationId = crypto.randomInt(1, 16380);
    this.store = memoryKeys();
  }
  /** What libsignal's storage reads. */
  get creds() { return { signedIdentityKey: this.identity, signedPreKey: this.signedPreKey, registrationId: this.registrationId }; }
  get registration() { return bigEndian(this.registrationId, 4); }

  newPreKey() {
    const id = this.#nextPreKey++;
    const pair = makeKeyPair();
    this.store.set({ 'pre-key': { [id]: pair } });
    return { id: bigEndian(id, 3), value: pair.public };
  }
  get signed() { return { id: bigEndian(this.signedPreKey.keyId, 3), value: this.signedPreKey.keyPair.public, signature: this.signedPreKey.signature }; }
  bundle() { return { registrationId: this.registration, identity: this.identity.public, signedPreKey: this.signed, preKey: this.newPreKey() }; }
}
