// Noise_XX_25519_AESGCM_SHA256, the responder's side, with WhatsApp's framing: an intro, then frames of a 3-byte length and a payload.
import { proto } from 'baileys';
import { agree, makeKeyPair } from '../curve.mjs';
import { hkdf, openGcm, sealGcm, sha256 } from '../bytes.mjs';

const protocolName = Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0');
const nothing = Buffer.alloc(0);
const maxHandshakeFrame = 64 * 1024;

const nonce = (counter) => {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(counter, 8);
  return iv;
};
export function frame(payload) {
  const framed = Buffer.allocUnsafe(3 + payload.length);
  framed.writeUIntBE(payload.length, 0, 3);
  payload.copy(framed, 3);
  return framed;
}

/** The running hash and keys of the handshake. */
class Symmetric {
  constructor(prologue) {
    this.hash = this.chaining = this.key = protocolName;
    this.counter = 0;
    this.mixHash(prologue);
  }
  mixHash(bytes) { this.hash = sha256(Buffer.concat([this.hash, bytes])); }
  expand(secret) {
    const both = hkdf(secret, 64, { salt: this.chaining });
    return [both.subarray(0, 32), both.subarray(32)];
  }
  mixKey(secret) {
    [this.chaining, this.key] = this.expand(secret);
    this.counter = 0;
  }
  seal(plain) {
    const sealed = sealGcm(this.key, nonce(this.counter++), plain, this.hash);
    this.mixHash(sealed);
    return sealed;
  }
  open(sealed) {
    const plain = openGcm(this.key, nonce(this.counter++), sealed, this.hash);
    this.mixHash(sealed);
    return plain;
  }
}

/**
 * Bytes go in by feed(); what comes out is { reply } to be sent as is, one { login, staticKey } when the handshake is done,
 * and { plain } for each frame after it. Anything that does not fit throws: the connection is worth nothing then.
 */
export class NoiseResponder {
  #buffered = nothing;
  #stage = 'intro';
  #received = 0;
  #sent = 0;

  constructor(staticKey, chain) {
    this.staticKey = staticKey;
    this.chain = chain;
  }
  get ready() { return this.#stage === 'transport'; }

  feed(data) {
    this.#buffered = this.#buffered.length ? Buffer.concat([this.#buffered, data]) : data;
    const out = [];
    if (this.#stage === 'intro' && !this.#intro()) return out;
    for (let payload = this.#nextFrame(); payload; payload = this.#nextFrame()) {
      if (this.#stage === 'hello') out.push(this.#hello(payload));
      else if (this.#stage === 'finish') out.push(this.#finish(payload));
      else out.push({ plain: openGcm(this.incoming, nonce(this.#received++), payload) });
    }
    return out;
  }

  sealFrame(plain) { return frame(sealGcm(this.outgoing, nonce(this.#sent++), plain)); }

  /** "ED" and the edge-routing bytes may come first, then W A, a version and the dictionary's version. */
  #intro() {
    let at = 0;
    if (this.#buffered.length < 4) return false;
    if (this.#buffered.toString('latin1', 0, 2) === 'ED') {
      if (this.#buffered.length < 7) return false;
      const size = this.#buffered.readUIntBE(4, 3);
      if (size > 1024) throw new Error('edge routing is too long');
      if (this.#buffered.length < 7 + size + 4) return false;
      this.routing = Buffer.from(this.#buffered.subarray(7, 7 + size));
      at = 7 + size;
    }
    const header = Buffer.from(this.#buffered.subarray(at, at + 4));
    if (header[0] !== 0x57 || header[1] !== 0x41) throw new Error('not a WhatsApp intro');
    this.#buffered = this.#buffered.subarray(at + 4);
    this.state = new Symmetric(header);
    this.#stage = 'hello';
    return true;
  }

  #nextFrame() {
    if (this.#buffered.length < 3) return undefined;
    const size = this.#buffered.readUIntBE(0, 3);
    if (!this.ready && size > maxHandshakeFrame) throw new Error('handshake frame is too long');
    if (this.#buffered.length < 3 + size) return undefined;
    const payload = this.#buffered.subarray(3, 3 + size);
    this.#buffered = this.#buffered.subarray(3 + size);
    return payload;
  }

  #hello(payload) {
    const theirs = Buffer.from(proto.HandshakeMessage.decode(payload).clientHello?.ephemeral ?? nothing);
    if (theirs.length !== 32) throw new Error('client hello has no key');
    const state = this.state;
    this.ephemeral = makeKeyPair();
    state.mixHash(theirs);
    state.mixHash(this.ephemeral.public);
    state.mixKey(agree(this.ephemeral.private, theirs));
    const sealedStatic = state.seal(this.staticKey.public);
    state.mixKey(agree(this.staticKey.private, theirs));
    const serverHello = { ephemeral: this.ephemeral.public, static: sealedStatic, payload: state.seal(this.chain) };
    this.#stage = 'finish';
    return { reply: frame(Buffer.from(proto.HandshakeMessage.encode({ serverHello }).finish())) };
  }

  #finish(payload) {
    const { clientFinish } = proto.HandshakeMessage.decode(payload);
    if (!clientFinish?.static || !clientFinish.payload) throw new Error('client finish is not complete');
    const staticKey = this.state.open(Buffer.from(clientFinish.static));
    this.state.mixKey(agree(this.ephemeral.private, staticKey));
    const login = proto.ClientPayload.decode(this.state.open(Buffer.from(clientFinish.payload)));
    [this.incoming, this.outgoing] = this.state.expand(nothing);
    this.#stage = 'transport';
    return { login, staticKey };
  }
}
