// A certificate authority made on the spot and a certificate of it for this machine's loopback names, without any program's help.
import crypto from 'node:crypto';
import { bits, boolean, der, integer, octets, oid, sequence, set, utcTime, utf8 } from './der.mjs';

const ecdsaSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const name = (text) => sequence(set(sequence(oid('2.5.4.3'), utf8(text))));
const day = 86400000;
const pem = (label, bytes) => `-----BEGIN ${label}-----\n${bytes.toString('base64').match(/.{1,64}/g).join('\n')}\n-----END ${label}-----\n`;
const extension = (id, critical, value) => sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));
const keyId = (publicKey) => crypto.createHash('sha1').update(publicKey).digest();

function certificate({ subject, issuer, publicKey, signer, signerKeyId, extensions }) {
  const now = Date.now();
  const body = sequence(der(0xa0, integer(Buffer.from([2]))), integer(Buffer.concat([Buffer.from([1]), crypto.randomBytes(15)])), ecdsaSha256, name(issuer),
    sequence(utcTime(new Date(now - day)), utcTime(new Date(now + 365 * day))), name(subject), publicKey,
    der(0xa3, sequence(extension('2.5.29.14', false, octets(keyId(publicKey))), extension('2.5.29.35', false, sequence(der(0x80, signerKeyId))), ...extensions)));
  return sequence(body, ecdsaSha256, bits(crypto.sign('sha256', body, signer)));
}

/** { ca, cert, key } as PEM; the certificate is for localhost, 127.0.0.1 and ::1. */
export function loopbackCertificate() {
  const authority = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const authorityPublic = authority.publicKey.export({ type: 'spki', format: 'der' });
  const common = { issuer: 'fakewa test authority', signer: authority.privateKey, signerKeyId: keyId(authorityPublic) };
  const ca = certificate({ ...common, subject: 'fakewa test authority', publicKey: authorityPublic,
    extensions: [extension('2.5.29.19', true, sequence(boolean(true))), extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1))] });
  const names = sequence(der(0x82, Buffer.from('localhost')), der(0x87, [127, 0, 0, 1]), der(0x87, [...Buffer.alloc(15), 1]));
  const cert = certificate({ ...common, subject: 'localhost', publicKey: server.publicKey.export({ type: 'spki', format: 'der' }),
    extensions: [extension('2.5.29.19', true, sequence()), extension('2.5.29.15', true, bits(Buffer.from([0x80]), 7)), extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))), extension('2.5.29.17', false, names)] });
  return { ca: pem('CERTIFICATE', ca), cert: pem('CERTIFICATE', cert), key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }) };
}
