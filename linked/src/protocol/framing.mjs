/** Limits of docs/formats/linked-device.md section 2. */
export const MAX_LINE = 1024 * 1024;
export const MAX_BLOB = 8 * 1024 * 1024;
const MAX_NESTING = 32;
const LF = 0x0a;

export class BadFrame extends Error {}

function nesting(text) {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quoted) {
      if (c === 0x5c) i++;
      else if (c === 0x22) quoted = false;
    } else if (c === 0x22) quoted = true;
    else if (c === 0x7b || c === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (c === 0x7d || c === 0x5d) depth--;
  }
  return deepest;
}

function parseLine(bytes) {
  const text = bytes.toString('utf8');
  if (nesting(text) > MAX_NESTING) throw new BadFrame('too deeply nested');
  let frame;
  try {
    frame = JSON.parse(text);
  } catch {
    throw new BadFrame('no JSON');
  }
  if (frame === null || typeof frame !== 'object' || Array.isArray(frame)) throw new BadFrame('no JSON object');
  if (frame.blob !== undefined) {
    if (!Number.isSafeInteger(frame.blob) || frame.blob < 1) throw new BadFrame('blob is no positive integer');
    if (frame.blob > MAX_BLOB) throw new BadFrame('blob too large');
  }
  return frame;
}

/** Cuts a byte stream into frames. push() gives complete ones, one by one, as { frame, blob }; it throws BadFrame, after which the stream is unusable. */
export class FrameReader {
  #chunks = [];
  #size = 0;
  #scanned = 0; // bytes at the front known to hold no LF
  #frame = null; // a line whose blob is still coming

  *push(chunk) {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    for (let one = this.#next(); one; one = this.#next()) yield one;
  }

  #next() {
    if (this.#frame) return this.#withBlob();
    const end = this.#findLf();
    if (end < 0) {
      if (this.#size > MAX_LINE) throw new BadFrame('line too long');
      return null;
    }
    if (end + 1 > MAX_LINE) throw new BadFrame('line too long');
    const frame = parseLine(this.#take(end + 1).subarray(0, end));
    if (frame.blob === undefined) return { frame, blob: null };
    this.#frame = frame;
    return this.#withBlob();
  }

  #withBlob() {
    if (this.#size < this.#frame.blob) return null;
    const frame = this.#frame;
    this.#frame = null;
    return { frame, blob: this.#take(frame.blob) };
  }

  #findLf() {
    let offset = 0;
    for (const chunk of this.#chunks) {
      const from = Math.max(0, this.#scanned - offset);
      const at = from < chunk.length ? chunk.indexOf(LF, from) : -1;
      if (at >= 0) return offset + at;
      offset += chunk.length;
    }
    this.#scanned = this.#size;
    return -1;
  }

  #take(count) {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    const all = this.#chunks[0];
    const rest = all.subarray(count);
    this.#chunks = rest.length ? [rest] : [];
    this.#size = rest.length;
    this.#scanned = 0;
    return all.subarray(0, count);
  }
}

/** Gives the buffers to write. Throws BadFrame when the frame breaks a limit. */
export function encodeFrame(frame, blob) {
  const bytes = blob?.length ? blob : null;
  const line = Buffer.from(JSON.stringify(bytes ? { ...frame, blob: bytes.length } : frame) + '\n', 'utf8');
  if (line.length > MAX_LINE) throw new BadFrame('line too long');
  if (bytes && bytes.length > MAX_BLOB) throw new BadFrame('blob too large');
  return bytes ? [line, bytes] : [line];
}
