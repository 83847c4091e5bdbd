// libsignal prints ratchet keys and Baileys prints stanzas through console. This module is imported before anything else.
for (const name of Object.keys(console)) {
  if (typeof console[name] === 'function') console[name] = () => {};
}

/** The only way a line for people leaves the process. Never keys, tokens or message text. */
export function tell(text) {
  process.stderr.write(`linked: ${String(text).replace(/[^\x20-\x7e]+/g, ' ').slice(0, 500)}\n`);
}
