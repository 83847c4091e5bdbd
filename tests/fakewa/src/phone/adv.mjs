// What makes a device belong to an account: identities signed by the phone, sealed with the secret from the QR code.
import crypto from 'node:crypto';
import { proto } from 'baileys';
import { sign } from '../curve.mjs';
import { hmacSha256, unixNow } from '../bytes.mjs';

const signedWith = (keys, prefix, ...parts) => sign(keys.identity.private, Buffer.concat([Buffer.from(prefix), ...parts]));

export class DeviceIssuer {
  #list = null;
  #current = 0;
  #valid = new Set([0]);
  rawId = crypto.randomInt(1, 2 ** 31 - 1);

  constructor(keys) { this.keys = keys; }

  issue(deviceIdentityKey, advSecret) {
    const keyIndex = ++this.#current;
    this.#valid.add(keyIndex);
    this.#list = null;
    const accountKey = this.keys.identity.public;
    const details = Buffer.from(proto.ADVDeviceIdentity.encode({ rawId: this.rawId, timestamp: unixNow(), keyIndex, accountType: 0, deviceType: 0 }).finish());
    const accountSignature = signedWith(this.keys, [6, 0], details, deviceIdentityKey);
    const signed = Buffer.from(proto.ADVSignedDeviceIdentity.encode({ details, accountSignatureKey: accountKey, accountSignature }).finish());
    const sealed = Buffer.from(proto.ADVSignedDeviceIdentityHMAC.encode({ details: signed, hmac: hmacSha256(advSecret, signed) }).finish());
    return { keyIndex, details, accountKey, sealed };
  }
  revoke(keyIndex) {
    this.#valid.delete(keyIndex);
    this.#list = null;
  }
  /** Signed once per change: people ask for it with every device list. */
  keyIndexList() {
    if (!this.#list) {
      const details = Buffer.from(proto.ADVKeyIndexList.encode({ rawId: this.rawId, timestamp: unixNow(), currentIndex: this.#current, validIndexes: [...this.#valid] }).finish());
      this.#list = Buffer.from(proto.ADVSignedKeyIndexList.encode({ details, accountSignature: signedWith(this.keys, [6, 2], details) }).finish());
    }
    return this.#list;
  }
}
