// Curve25519 keys, agreement and XEdDSA signatures; public keys are 32 bytes here, without Signal's type byte.
import curve from 'libsignal/src/curve.js';

const typed = (publicKey) => Buffer.concat([Buffer.from([5]), publicKey]);

export function makeKeyPair() {
  const pair = curve.generateKeyPair();
  return { private: Buffer.from(pair.privKey), public: Buffer.from(pair.pubKey.subarray(1)) };
}
export const agree = (privateKey, publicKey) => Buffer.from(curve.calculateAgreement(typed(Buffer.from(publicKey)), Buffer.from(privateKey)));
export const sign = (privateKey, bytes) => Buffer.from(curve.calculateSignature(Buffer.from(privateKey), bytes));
export function isSignedBy(publicKey, bytes, signature) {
  if (publicKey?.length !== 32 || signature?.length !== 64) return false;
  return curve.verifySignature(typed(Buffer.from(publicKey)), bytes, Buffer.from(signature)) === true;
}
export const withTypeByte = typed;
