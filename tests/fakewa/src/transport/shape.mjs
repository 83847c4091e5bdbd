// How outgoing bytes are cut, joined, compressed and delayed: WebSocket messages carry no frame boundaries and clients must not rely on any.
import zlib from 'node:zlib';
import { seededRandom } from '../bytes.mjs';

export const plainShape = { compress: 'never', pieces: 'whole', coalesce: false, latency: 0, seed: 1 };
const smallestCompressed = 100; // like the real server, which deflates what is worth it
const allowed = { compress: ['never', 'always', 'sometimes'], pieces: ['whole', 'random', 'bytes'] };

export function checkShape(wish) {
  for (const [name, value] of Object.entries(wish)) {
    if (!(name in plainShape)) throw new Error(`no such wire setting: ${name}`);
    if (allowed[name] && !allowed[name].includes(value)) throw new Error(`${name} is one of ${allowed[name].join(', ')}`);
  }
  return { ...plainShape, ...wish };
}

/** Sits between the sealed frames and the socket; keeps their order whatever it does to them. */
export class ShapedWriter {
  #waiting = [];
  #chain = Promise.resolve();
  #scheduled = false;

  constructor(write) {
    this.write = write;
    this.set(plainShape);
  }
  set(shape) {
    this.shape = shape;
    this.random = seededRandom(shape.seed);
    this.plain = shape.pieces === 'whole' && !shape.coalesce && !shape.latency;
  }
  /** A node's encoding begins with its flags byte: 0, or 2 when the rest is deflated. */
  compressed(encoded) {
    if (encoded.length < smallestCompressed) return encoded;
    const wanted = this.shape.compress === 'always' || (this.shape.compress === 'sometimes' && this.random() < 0.5);
    return wanted ? Buffer.concat([Buffer.from([2]), zlib.deflateSync(encoded.subarray(1))]) : encoded;
  }
  push(bytes) {
    if (this.plain && !this.#scheduled) return void this.write(bytes);
    this.#waiting.push(bytes);
    if (this.#scheduled) return undefined;
    this.#scheduled = true;
    this.#chain = this.#chain.then(() => this.#flush());
    return undefined;
  }
  /** Resolves when everything pushed so far is written. */
  async drained() {
    while (this.#scheduled) await this.#chain;
  }
  async #flush() {
    while (this.#waiting.length) {
      const wait = this.shape.latency;
      if (wait) await new Promise((resolve) => { setTimeout(resolve, wait); });
      else await new Promise((resolve) => { setImmediate(resolve); });
      const bytes = this.shape.coalesce ? Buffer.concat(this.#waiting.splice(0)) : this.#waiting.shift();
      for (const piece of this.#pieces(bytes)) this.write(piece);
    }
    this.#scheduled = false;
  }
  *#pieces(bytes) {
    if (this.shape.pieces === 'whole') return void (yield bytes);
    for (let at = 0; at < bytes.length;) {
      const size = this.shape.pieces === 'bytes' ? 1 : 1 + Math.floor(this.random() * (this.random() < 0.5 ? 4 : 1500));
      yield bytes.subarray(at, at + size);
      at += size;
    }
    return undefined;
  }
}
