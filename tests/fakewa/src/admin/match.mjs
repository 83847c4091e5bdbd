// Matching journal entries by query: ?what=inbox&pn=4915…&message.conversation=hi&message.imageMessage!=&id*=3EB0 and the waiting options.
import { describe } from '../nodes.mjs';

const options = new Set(['what', 'since', 'timeout', 'count', 'limit', 'text']);
const maxTimeout = 120000;

/** What an entry looks like outside: stanzas are described, never shown whole. */
export const shown = (entry) => (entry.node ? { ...entry, node: describe(entry.node) } : entry);

const at = (value, path) => path.split('.').reduce((inner, name) => inner?.[name], value);

/** The words of a message, whatever kind it is. */
export function textOfMessage(message) {
  if (!message) return undefined;
  const inner = message.editedMessage?.message ?? message.protocolMessage?.editedMessage ?? message.documentWithCaptionMessage?.message ?? message.viewOnceMessageV2?.message ?? message;
  return inner.conversation ?? inner.extendedTextMessage?.text ?? inner.imageMessage?.caption ?? inner.videoMessage?.caption ?? inner.documentMessage?.caption ?? inner.reactionMessage?.text;
}

/** name=value equals, name*=part contains, name!= (empty) is there. */
export function matcher(query) {
  const tests = [];
  for (const [key, value] of query) {
    if (options.has(key)) continue;
    if (key.endsWith('*')) tests.push((entry) => String(at(entry, key.slice(0, -1)) ?? '').includes(value));
    else if (key.endsWith('!')) tests.push((entry) => at(entry, key.slice(0, -1)) !== undefined);
    else tests.push((entry) => {
      const found = at(entry, key);
      return Array.isArray(found) ? found.map(String).includes(value) : String(found ?? '') === value;
    });
  }
  const text = query.get('text');
  if (text !== null) tests.push((entry) => textOfMessage(entry.message) === text);
  return (entry) => tests.every((test) => test(entry));
}

export function waitOptions(query) {
  const number = (name, fallback) => (query.has(name) ? Number(query.get(name)) : fallback);
  const wanted = { since: number('since', 0), count: number('count', 1), timeout: Math.min(number('timeout', 5000), maxTimeout) };
  for (const [name, value] of Object.entries(wanted)) if (!Number.isFinite(value) || value < 0) throw Object.assign(new Error(`${name} is a number`), { status: 400 });
  return wanted;
}
