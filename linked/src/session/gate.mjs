const MAX_PARKED = 128;
const FREE_IQS = new Set(['md', 'w:p', 'usync', 'w:m', 'w:g2', 'abt', 'privacy', 'blocklist', 'passive', 'w:mex', 'w:profile:picture', 'w:sync:app:state', 'w:stats', 'status', 'urn:xmpp:whatsapp:dirty']);

/** What must not wait for the store: stanzas that neither use keys nor tell WhatsApp that something was taken. Waiting with them could also
    block the store itself, since decrypting may ask WhatsApp for an address while it holds the key writes back. */
function isFree({ tag, attrs }) {
  if (tag === 'presence' || tag === 'chatstate' || tag === 'ib') return true;
  if (tag !== 'iq' || attrs.type === 'result') return false;
  if (attrs.xmlns === 'encrypt') return attrs.type === 'get';
  return FREE_IQS.has(attrs.xmlns);
}

/** While linking by code the library announces a name that it does not have, before it is logged in. */
const isEmptyPresence = ({ tag, attrs }) => tag === 'presence' && !attrs.type && !attrs.name;

/** The door every outgoing stanza of one connection passes. Closed for good when the connection ends or the store refuses. */
export class Gate {
  #settled;
  #onMessage;
  #receive;
  #parked = 0;
  #shut = false;
  isOpen = () => true;

  /** settled() resolves when everything known so far is stored; onMessage(id) is told right before a message is written;
      receive(node, message, decrypt) takes an incoming message. */
  constructor({ settled, onMessage, receive }) {
    this.#settled = settled;
    this.#onMessage = onMessage;
    this.#receive = receive;
  }

  shut() {
    this.#shut = true;
  }

  get parked() {
    return this.#parked;
  }

  pass(stanza, write) {
    if (this.#shut) return Promise.reject(new Error('Connection Closed'));
    if (isEmptyPresence(stanza)) return Promise.resolve();
    if (isFree(stanza)) return write(stanza);
    const written = this.#settled().then(() => {
      if (this.#shut || !this.isOpen()) throw new Error('Connection Closed');
      if (stanza.tag === 'message') this.#onMessage(stanza.attrs.id);
      return write(stanza);
    });
    // Acknowledgements wait without holding up what comes after them, up to a bound.
    if ((stanza.tag !== 'receipt' && stanza.tag !== 'ack') || this.#parked >= MAX_PARKED) return written;
    this.#parked++;
    written.catch(() => {}).finally(() => this.#parked--);
    return Promise.resolve();
  }

  receive(node, message, decrypt) {
    return this.#receive(node, message, decrypt);
  }
}
