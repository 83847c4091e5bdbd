// Building and reading stanzas: { tag, attrs, content } with content a list of stanzas, bytes or nothing.
export const el = (tag, attrs = {}, content = undefined) => ({ tag, attrs, content });

export const children = (node, tag) => (Array.isArray(node?.content) ? node.content.filter((one) => one && one.tag !== undefined && (tag === undefined || one.tag === tag)) : []);
export const child = (node, tag) => children(node, tag)[0];
export const bytesOf = (node, tag) => {
  const content = tag === undefined ? node?.content : child(node, tag)?.content;
  if (content === undefined || content === null || Array.isArray(content)) return undefined;
  return Buffer.from(content);
};
export const textOf = (node, tag) => bytesOf(node, tag)?.toString('utf8');

/** Bytes that must be there, of an exact size when one is given; hostile stanzas end here. */
export function needBytes(node, tag, size) {
  const bytes = bytesOf(node, tag);
  if (!bytes || (size !== undefined && bytes.length !== size)) throw new Error(`<${node?.tag}> has no proper <${tag}>`);
  return bytes;
}

export function parseJid(jid) {
  const at = typeof jid === 'string' ? jid.indexOf('@') : -1;
  if (at < 0) return undefined;
  const [agented, device] = jid.slice(0, at).split(':');
  return { user: agented.split('_')[0], device: device === undefined ? 0 : Number(device), server: jid.slice(at + 1) };
}
/** The server itself: a jid without a user. */
export const serverJid = '@s.whatsapp.net';
export const withoutDevice = (jid) => {
  const parsed = parseJid(jid);
  return parsed ? `${parsed.user}@${parsed.server}` : jid;
};
export const isGroupJid = (jid) => typeof jid === 'string' && jid.endsWith('@g.us');

/** A stanza as JSON for logs: bytes are told by their size only, so no key and no text gets out. */
export function describe(node) {
  const { tag, attrs, content } = node;
  if (Array.isArray(content)) return { tag, attrs, content: content.map(describe) };
  if (content === undefined || content === null) return { tag, attrs };
  return { tag, attrs, bytes: Buffer.from(content).length };
}

/** The reverse for stanzas written by a test: { tag, attrs, content?: [...], text?, base64? }. */
export function fromJson({ tag, attrs = {}, content, text, base64 }) {
  if (typeof tag !== 'string') throw new Error('a stanza needs a tag');
  const strings = Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, String(value)]));
  if (base64 !== undefined) return el(tag, strings, Buffer.from(base64, 'base64'));
  if (text !== undefined) return el(tag, strings, Buffer.from(text));
  return el(tag, strings, content?.map(fromJson));
}
