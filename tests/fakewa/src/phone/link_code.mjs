// The phone's half of pairing by an eight-character code.
import crypto from 'node:crypto';
import { agree, makeKeyPair } from '../curve.mjs';
import { hkdf, openGcm } from '../bytes.mjs';

const codeKey = (code, salt) => crypto.pbkdf2Sync(code, salt, 131072, 32, 'sha256');
const wrongCode = () => Object.assign(new Error('that is not the code the device shows'), { status: 400 });

export function beginLinking(keys, code, wrappedCompanion) {
  const decipher = crypto.createDecipheriv('aes-256-ctr', codeKey(code, wrappedCompanion.subarray(0, 32)), wrappedCompanion.subarray(32, 48));
  const companion = Buffer.concat([decipher.update(wrappedCompanion.subarray(48)), decipher.final()]);
  const mine = makeKeyPair();
  const [salt, iv] = [crypto.randomBytes(32), crypto.randomBytes(16)];
  const cipher = crypto.createCipheriv('aes-256-ctr', codeKey(code, salt), iv);
  const wrapped = Buffer.concat([salt, iv, cipher.update(mine.public), cipher.final()]);

  /** Opens the companion's bundle and derives the secret that seals the device identity. */
  const finish = (bundle, companionIdentity) => {
    const shared = agree(mine.private, companion);
    const key = hkdf(shared, 32, { salt: bundle.subarray(0, 32), info: 'link_code_pairing_key_bundle_encryption_key' });
    let plain;
    try {
      plain = openGcm(key, bundle.subarray(32, 44), bundle.subarray(44));
    } catch {
      throw wrongCode();
    }
    if (plain.length !== 96 || !plain.subarray(0, 32).equals(companionIdentity)) throw new Error('the bundle names another companion');
    if (!plain.subarray(32, 64).equals(keys.identity.public)) throw new Error('the bundle names another phone');
    return hkdf(Buffer.concat([shared, agree(keys.identity.private, companionIdentity), plain.subarray(64)]), 32, { info: 'adv_secret' });
  };
  return { wrapped, finish };
}
