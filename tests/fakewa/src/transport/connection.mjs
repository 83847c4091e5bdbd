// One client's WebSocket: handshake, sealed stanzas both ways, strictly one after the other.
import { decodeBinaryNode, encodeBinaryNode } from 'baileys';
import { NoiseResponder } from './noise.mjs';
import { ShapedWriter } from './shape.mjs';
import { el } from '../nodes.mjs';

const maxWaitingMessages = 20000;
const handshakeMs = 20000;
let nextNumber = 1;

export class Connection {
  #chain = Promise.resolve();
  #waiting = 0;

  /** handlers: onLogin(payload, staticKey), onStanza(node), onSent(node), onFault(error), onClose() */
  constructor(socket, { staticKey, chain, shape, handlers }) {
    this.number = nextNumber++;
    this.socket = socket;
    this.handlers = handlers;
    this.noise = new NoiseResponder(staticKey, chain);
    this.writer = new ShapedWriter((bytes) => { if (socket.readyState === 1) socket.send(bytes); });
    this.writer.set(shape);
    this.device = null;
    this.active = false;
    this.closing = false;
    this.deadline = setTimeout(() => this.terminate(), handshakeMs);
    socket.on('message', (data) => this.#enqueue(Buffer.from(data)));
    socket.on('error', () => this.terminate());
    socket.on('close', () => {
      clearTimeout(this.deadline);
      this.closing = true;
      handlers.onClose();
    });
  }

  send(node) {
    if (this.closing || this.socket.readyState !== 1 || !this.noise.ready) return false;
    this.handlers.onSent(node);
    this.writer.push(this.noise.sealFrame(this.writer.compressed(encodeBinaryNode(node))));
    return true;
  }
  /** Says a last word, if any, and closes in order. */
  async end(lastWord) {
    if (lastWord) this.send(lastWord);
    this.closing = true;
    await this.writer.drained();
    this.socket.close();
  }
  streamError(attrs, content) { return this.end(el('stream:error', attrs, content)); }
  terminate() {
    this.closing = true;
    this.socket.terminate();
  }

  #enqueue(data) {
    if (++this.#waiting > maxWaitingMessages) return this.terminate();
    this.#chain = this.#chain.then(() => this.#take(data)).catch((error) => {
      this.handlers.onFault(error);
      this.terminate();
    }).finally(() => { this.#waiting--; });
    return undefined;
  }
  async #take(data) {
    if (this.closing) return;
    for (const one of this.noise.feed(data)) {
      if (one.reply) this.writer.push(one.reply);
      else if (one.login) {
        clearTimeout(this.deadline);
        await this.handlers.onLogin(one.login, one.staticKey);
      } else {
        if (this.closing) return;
        await this.handlers.onStanza(await decodeBinaryNode(one.plain));
      }
    }
  }
}
