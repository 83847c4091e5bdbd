// Curve25519 keys, agreement and XEdDSA signatures; public keys are 32 bytes here, without Signal's type byte.
import crypto from 'node:crypto';
import curve from 'libsignal/src/curve.js';

const typed = (publicKey) => Buffer.concat([Buffer.from([5]), publicKey]);

export function makeKeyPair() {
  const pair = curve.generateKeyPair();
  return { private: Buffer.from(pair.privKey), public: Buffer.from(pair.pubKey.subarray(1)) };
}
export const agree = (privateKey, publicKey) => Buffer.from(curve.calculateAgreement(typed(Buffer.from(publicKey)), Buffer.from(privateKey)));
export const sign = (privateKey, bytes) => Buffer.from(curve.calculateSignature(Buffer.from(privateKey), bytes));
/**
 * XEdDSA: the key is moved from Montgomery's to Edwards' form, its sign travels in the signature's last bit, and what is left is an Ed25519
 * signature. OpenSSL checks it in a hundredth of the time the client's JavaScript needs, and shares no code with it.
 */
export function isSignedBy(publicKey, bytes, signature) {
  if (publicKey?.length !== 32 || signature?.length !== 64) return false;
  const plain = Buffer.from(signature);
  const edwards = toEdwards(publicKey);
  edwards[31] |= plain[63] & 0x80;
  plain[63] &= 0x7f;
  const key = crypto.createPublicKey({ key: Buffer.concat([ed25519Prefix, edwards]), format: 'der', type: 'spki' });
  return crypto.verify(null, bytes, key, plain);
}

const ed25519Prefix = Buffer.from('302a300506032b6570032100', 'hex');
const prime = 2n ** 255n - 19n;
function inverse(value) {
  let result = 1n;
  for (let base = value % prime, exponent = prime - 2n; exponent > 0n; exponent >>= 1n, base = (base * base) % prime) if (exponent & 1n) result = (result * base) % prime;
  return result;
}
/** y = (u - 1) / (u + 1) */
function toEdwards(publicKey) {
  const u = BigInt(`0x${Buffer.from(publicKey).reverse().toString('hex')}`) & (2n ** 255n - 1n);
  const y = ((u - 1n + prime) * inverse(u + 1n)) % prime;
  return Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse();
}
export const withTypeByte = typed;
