/** The gateway's end of the protocol, written apart from the sidecar's so that they check each other. */
export class Wire {
  #socket;
  #rest = Buffer.alloc(0);
  #head = null;
  #nextId = 1;
  #open = new Map();

  /** onRequest(frame, blob) gives { ok, blob } or throws { code }; onFrame sees every request and event first. */
  constructor(socket, { onRequest, onFrame }) {
    this.#socket = socket;
    this.onRequest = onRequest;
    this.onFrame = onFrame;
    socket.on('data', chunk => this.#take(chunk));
    socket.on('error', () => {});
    this.closed = new Promise(resolve => socket.on('close', resolve));
    this.closed.then(() => { for (const { reject } of this.#open.values()) reject(new Error('the sidecar is gone')); });
  }

  #take(chunk) {
    this.#rest = this.#rest.length ? Buffer.concat([this.#rest, chunk]) : chunk;
    for (;;) {
      if (!this.#head) {
        const end = this.#rest.indexOf(10);
        if (end < 0) return;
        this.#head = JSON.parse(this.#rest.subarray(0, end).toString('utf8'));
        this.#rest = this.#rest.subarray(end + 1);
      }
      const size = this.#head.blob ?? 0;
      if (this.#rest.length < size) return;
      const frame = this.#head;
      const blob = size ? Buffer.from(this.#rest.subarray(0, size)) : null;
      this.#rest = this.#rest.subarray(size);
      this.#head = null;
      this.#dispatch(frame, blob);
    }
  }

  #dispatch(frame, blob) {
    if (frame.reply !== undefined) {
      const waiting = this.#open.get(frame.reply);
      this.#open.delete(frame.reply);
      if (!waiting) return;
      clearTimeout(waiting.timer);
      if (frame.ok) waiting.resolve(frame.ok);
      else waiting.reject(Object.assign(new Error(`${frame.error.code}: ${frame.error.message}`), frame.error, { message: `${waiting.op}: ${frame.error.code}: ${frame.error.message}` }));
      return;
    }
    this.onFrame(blob ? { ...frame, bytes: blob } : frame);
    if (frame.op !== undefined) this.#answer(frame, blob);
  }

  async #answer(frame, blob) {
    try {
      const { ok = {}, blob: bytes } = await this.onRequest(frame, blob);
      this.write({ reply: frame.id, ok }, bytes);
    } catch (error) {
      this.write({ reply: frame.id, error: { code: error.code ?? 'internal', message: error.message ?? '', retryable: error.retryable ?? false, ...error.extra } });
    }
  }

  write(frame, blob) {
    this.#socket.write(JSON.stringify(blob?.length ? { ...frame, blob: blob.length } : frame) + '\n');
    if (blob?.length) this.#socket.write(blob);
  }

  raw(bytes) {
    this.#socket.write(bytes);
  }

  ask(op, fields = {}, timeoutMs = 60_000) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${op}`)), timeoutMs);
      this.#open.set(id, { op, resolve, reject, timer });
      this.write({ id, op, ...fields });
    });
  }

  close() {
    this.#socket.destroy();
  }
}
