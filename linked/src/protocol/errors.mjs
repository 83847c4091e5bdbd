/** The closed list of docs/formats/linked-device.md section 4, and whether the same request may succeed later by itself. */
export const CODES = {
  bad_request: false, unknown_op: false, unauthorized: false, protocol_unsupported: false, no_session: false, not_paired: false,
  already_paired: false, not_connected: true, conflict: false, not_found: false, refused: false, too_large: false, media_failed: true,
  store_failed: true, busy: true, timeout: true, unsupported: false, internal: false,
};

/** An expected failure with a code of the protocol. */
export class Fault extends Error {
  constructor(code, message, extra = {}) {
    super(message ?? code);
    if (!(code in CODES)) throw new TypeError(`no such error code: ${code}`);
    this.code = code;
    this.extra = extra;
    this.retryable = extra.retryable ?? CODES[code];
  }

  toJSON() {
    return { ...this.extra, code: this.code, message: this.message.slice(0, 300), retryable: this.retryable };
  }

  static from(wire) {
    const code = wire && typeof wire.code === 'string' && wire.code in CODES ? wire.code : 'internal';
    const message = typeof wire?.message === 'string' ? wire.message : code;
    return new Fault(code, message, { ...wire, retryable: typeof wire?.retryable === 'boolean' ? wire.retryable : CODES[code] });
  }
}

export const badRequest = (field, message) => new Fault('bad_request', message ?? `${field} is missing or wrong`, { field });

/** A bug for a log: its kind and where, never its text, which may quote a key or a message. */
export function describeBug(error) {
  if (!(error instanceof Error)) return 'something that is no error';
  const place = (error.stack ?? '').split('\n').find(line => /^\s+at .*\.m?js:\d+/.test(line)) ?? '';
  const [, file, line] = /([^/\\]+\.m?js):(\d+)/.exec(place) ?? [];
  return `${error.name}${error instanceof Fault ? ` ${error.code}` : ''}${file ? ` at ${file}:${line}` : ''}`;
}
