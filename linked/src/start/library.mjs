import { readFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { randomBytes } from 'node:crypto';
import { PATCHES, REVIEWED, sha256 } from './patches.mjs';

const require = createRequire(import.meta.url);

/** Thrown when the installed library is not the one that was reviewed. The process ends with status 3. */
export class UnknownLibrary extends Error {}

/** Loads the WhatsApp library with its edits, and proves that signatures are checked. Must run before anything imports it. */
export async function loadLibrary() {
  for (const { file, sha256: wanted } of REVIEWED) {
    if (sha256(readFileSync(require.resolve(file))) !== wanted) throw new UnknownLibrary(`unreviewed library file ${file}`);
  }
  strictSignatures();
  register('./hooks.mjs', import.meta.url);
  let library;
  try {
    library = await import('baileys');
  } catch (error) {
    throw new UnknownLibrary(error?.message ?? 'the library does not load');
  }
  const key = library.Curve.generateKeyPair();
  const text = Buffer.from('proof');
  const good = library.Curve.verify(key.public, text, library.Curve.sign(key.private, text));
  const bad = library.Curve.verify(randomBytes(32), text, Buffer.alloc(64));
  if (!good || bad) throw new UnknownLibrary('signatures are not checked');
  return library;
}

// libsignal skips the check of a signed prekey altogether when a session is opened; it looks this function up at each call.
function strictSignatures() {
  const curve = require('libsignal/src/curve.js');
  const verify = curve.verifySignature;
  curve.verifySignature = (key, message, signature) => {
    if (!verify(key, message, signature, false)) throw new Error('invalid signature');
    return true;
  };
}

export function libraryVersion() {
  const path = require.resolve('baileys').replace(/lib[\\/]index\.js$/, 'package.json');
  return `${JSON.parse(readFileSync(path, 'utf8')).version}+${PATCHES.length}`;
}
