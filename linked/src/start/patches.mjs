import { createHash } from 'node:crypto';

/** Edits made to library files while they are loaded; nothing on disk changes. A file whose SHA-256 differs was never reviewed and is refused. */
export const PATCHES = [
  {
    // The library ignores what verifySignature() returns: any signature passed. With this the certificate chain, the account's
    // signature and the prekeys' signatures mean something.
    file: '/node_modules/baileys/lib/Utils/crypto.js',
    sha256: '4d12873691b0a50e7db75b7e69df37f0f2f0ebf0e93f62fa7cbda9ff1ecc99d9',
    edits: [[
      'curve.verifySignature(generateSignalPubKey(pubKey), message, signature);\n            return true;',
      'return curve.verifySignature(generateSignalPubKey(pubKey), message, signature) === true;',
    ]],
  },
  {
    // The library checks who signed the certificate but not whose it is: anybody could show WhatsApp's own with another key. Nor its dates; a day
    // of difference between clocks is forgiven.
    file: '/node_modules/baileys/lib/Utils/noise-handler.js',
    sha256: '970f9526ce0e5a6bebf937328b3d835966a9282c0d232f31b5c0bb283531afe8',
    edits: [[
      'const keyEnc = encrypt(noiseKey.public);',
      `const leafDetails = proto.CertChain.NoiseCertificate.Details.decode(leaf.details);
            if (!Buffer.from(leafDetails.key ?? []).equals(Buffer.from(decStaticContent)) || leafDetails.issuerSerial !== details.serial) {
                throw new Boom('the certificate is for another key', { statusCode: 400 });
            }
            const clock = Date.now() / 1000;
            for (const { notBefore, notAfter } of [leafDetails, details]) {
                if ((Number(notAfter) > 0 && clock > Number(notAfter) + 86400) || (Number(notBefore) > 0 && clock < Number(notBefore) - 86400)) {
                    throw new Boom('the certificate is not of this time', { statusCode: 400 });
                }
            }
            const keyEnc = encrypt(noiseKey.public);`,
    ]],
  },
  {
    // Every outgoing stanza passes the session's gate, so that nothing is acknowledged before it is stored. The session's own key store is used
    // as it is: the library's transactions would write keys only after the message that used them has left.
    file: '/node_modules/baileys/lib/Socket/socket.js',
    sha256: 'ff8b19ff02491fa080ee371f066d49c94acb903207dd0d9fdb5548e5a594fb4a',
    edits: [
      ['const sendNode = (frame) => {', 'const sendNode = (frame) => config.gate.pass(frame, sendNodeNow);\n    const sendNodeNow = (frame) => {'],
      ['const keys = addTransactionCapability(authState.keys, logger, transactionOpts);', 'const keys = authState.keys;'],
    ],
  },
  {
    // A decrypted message is handed over before its receipt is sent. And messages are taken one after another as they arrive: the library looks up
    // addresses before it queues, and lets new messages go ahead of those that had waited.
    file: '/node_modules/baileys/lib/Socket/messages-recv.js',
    sha256: '850445e6f9e076b1beb98034cbc5cf79562dfda26a44f5a874a84e3609bfd710',
    edits: [
      ['await decrypt();', 'await config.gate.receive(node, msg, decrypt);'],
      ['const isOffline = !!node.attrs.offline;', "const isOffline = !!node.attrs.offline || type === 'message';"],
    ],
  },
];

/** Files that are not edited but whose behaviour verify.mjs replaces. */
export const REVIEWED = [
  { file: 'libsignal/src/curve.js', sha256: 'a45c682103f1ab047a24497db2175dec5605495d8c0f4c11354b347d31950f6a' },
  { file: 'libsignal/src/session_builder.js', sha256: 'e5bad7e4bf4a7164b7d2a8a37e3ab07988936b7bfc2fcdad684ac358b7981afb' },
];

export const sha256 = bytes => createHash('sha256').update(bytes).digest('hex');

export function patchFor(url) {
  return PATCHES.find(patch => url.endsWith(patch.file));
}

/** Gives the edited source; throws when the file is not the reviewed one. */
export function applyPatch(patch, bytes) {
  if (sha256(bytes) !== patch.sha256) throw new Error(`unreviewed library file ${patch.file}`);
  let source = bytes.toString('utf8');
  for (const [from, to] of patch.edits) {
    const parts = source.split(from);
    if (parts.length !== 2) throw new Error(`edit does not fit ${patch.file}`);
    source = parts.join(to);
  }
  return source;
}
