// The certificate chain a client checks inside the Noise handshake: root -> intermediate -> leaf, the leaf naming the server's static key.
import { proto } from 'baileys';
import { makeKeyPair, sign } from '../curve.mjs';
import { unixNow } from '../bytes.mjs';

const { NoiseCertificate } = proto.CertChain;
const details = (fields) => Buffer.from(NoiseCertificate.Details.encode(fields).finish());

/** What a server may present: the good chain, and chains a checking client must refuse. */
export const chainKinds = ['good', 'other_root', 'other_static', 'forged_leaf', 'wrong_issuer', 'expired'];

export function makeChain(root, staticPublic, kind = 'good') {
  if (!chainKinds.includes(kind)) throw new Error(`no such certificate chain: ${kind}`);
  const signer = kind === 'other_root' ? makeKeyPair() : root;
  const middle = makeKeyPair();
  const now = unixNow();
  const span = kind === 'expired' ? { notBefore: now - 200000, notAfter: now - 100000 } : { notBefore: now - 3600, notAfter: now + 31536000 };
  const intermediate = details({ serial: 1, issuerSerial: 0, key: middle.public, ...span });
  const leaf = details({ serial: 2, issuerSerial: kind === 'wrong_issuer' ? 7 : 1, key: kind === 'other_static' ? makeKeyPair().public : staticPublic, ...span });
  return Buffer.from(proto.CertChain.encode({
    intermediate: { details: intermediate, signature: sign(signer.private, intermediate) },
    leaf: { details: leaf, signature: sign(kind === 'forged_leaf' ? makeKeyPair().private : middle.private, leaf) },
  }).finish());
}
