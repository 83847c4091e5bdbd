// The blobs, by path. They are ciphertext; nothing here can read them.
import { base64url, randomDigits, randomHex, sha256, unixNow } from '../bytes.mjs';

const maxBytes = 512 * 1024 * 1024;

export class BlobStore {
  #blobs = new Map();
  #bytes = 0;

  constructor() { this.host = ''; }
  put(kind, bytes) {
    if (this.#bytes + bytes.length > maxBytes) throw Object.assign(new Error('the media store is full'), { status: 507 });
    const id = base64url(sha256(bytes));
    const directPath = `/v/t62.7118-24/${randomDigits(8)}_${id}?ccb=11-4&oh=${randomHex(8)}&oe=${(unixNow() + 86400 * 14).toString(16).toUpperCase()}`;
    this.#blobs.set(pathOf(directPath), { kind, bytes });
    this.#bytes += bytes.length;
    return { id, directPath, url: `https://${this.host}${directPath}` };
  }
  get(directPath) { return this.#blobs.get(pathOf(directPath))?.bytes; }
  /** The same bytes under a new path, as after a second upload; undefined when they are gone. */
  renew(directPath) {
    const blob = this.#blobs.get(pathOf(directPath));
    return blob && this.put(blob.kind, blob.bytes).directPath;
  }
  remove(directPath) {
    const blob = this.#blobs.get(pathOf(directPath));
    if (!blob) return false;
    this.#bytes -= blob.bytes.length;
    return this.#blobs.delete(pathOf(directPath));
  }
  summary() { return { files: this.#blobs.size, bytes: this.#bytes }; }
}
export const pathOf = (directPath) => String(directPath ?? '').split('?')[0];
