// Each chain the server can present is what its name says: checked here by a client's rules, written down again.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import '../src/quiet.mjs';
import { proto } from 'baileys';
import { chainKinds, makeChain } from '../src/transport/certificates.mjs';
import { isSignedBy, makeKeyPair } from '../src/curve.mjs';
import { loopbackCertificate } from '../src/media/certificate.mjs';
import crypto from 'node:crypto';

const { Details } = proto.CertChain.NoiseCertificate;

function faultOf(chain, root, staticKey) {
  const { leaf, intermediate } = proto.CertChain.decode(chain);
  const middle = Details.decode(intermediate.details);
  const end = Details.decode(leaf.details);
  const now = Date.now() / 1000;
  if (middle.issuerSerial !== 0 || !isSignedBy(root, intermediate.details, intermediate.signature)) return 'other_root';
  if (!isSignedBy(middle.key, leaf.details, leaf.signature)) return 'forged_leaf';
  if (end.issuerSerial !== middle.serial) return 'wrong_issuer';
  if (!Buffer.from(end.key).equals(staticKey)) return 'other_static';
  if ([middle, end].some((one) => now < Number(one.notBefore) || now > Number(one.notAfter))) return 'expired';
  return 'good';
}

for (const kind of chainKinds) {
  test(`the chain called ${kind} is that`, () => {
    const root = makeKeyPair();
    const { public: staticKey } = makeKeyPair();
    assert.equal(faultOf(makeChain(root, staticKey, kind), root.public, staticKey), kind);
  });
}

test('the media host\'s certificate is signed by its authority and names the loopback addresses', () => {
  const { ca, cert } = loopbackCertificate();
  const authority = new crypto.X509Certificate(ca);
  const host = new crypto.X509Certificate(cert);
  assert.ok(authority.ca && host.verify(authority.publicKey) && host.checkIssued(authority));
  assert.ok(host.checkIP('127.0.0.1') && host.checkHost('localhost') && !host.checkHost('example.com'));
});
