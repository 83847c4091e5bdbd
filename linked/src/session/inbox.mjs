import { getBinaryNodeChildren, proto } from 'baileys';
import { addressesOf, isGroup, isMe, plain } from '../messages/addresses.mjs';
import { incomingMessage, systemMessage } from '../messages/incoming.mjs';

const RECEIPTS = { '': 'delivered', inactive: 'delivered', read: 'read', 'read-self': 'read', played: 'played', 'played-self': 'played' };
const MAX_RECEIPT_IDS = 500;
const present = fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));

/** What WhatsApp delivers to one session, on its way into the journal. */
export class Inbox {
  #session;
  #taken = new WeakSet(); // messages of the library that went through receive()
  #history = Promise.resolve();

  constructor(session) {
    this.#session = session;
  }

  /** Takes one message stanza: decrypts and journals it before anything else may be said about it. */
  async receive(node, info, decrypt, { creds, keys }) {
    this.#taken.add(info);
    keys.hold();
    try {
      await decrypt();
      const { me } = creds;
      if (info.messageStubType === proto.WebMessageInfo.StubType.CIPHERTEXT) {
        const { chat, sender } = addressesOf(info.key, node.attrs, me);
        if (info.category !== 'peer') this.#session.event('undecryptable', { chat, sender, message_id: info.key.id, at: Number(info.messageTimestamp) * 1000 || Date.now() });
        return;
      }
      await this.#journal(info, node.attrs, me, false);
    } finally {
      keys.release();
    }
  }

  async #journal(info, attrs, me, history) {
    const session = this.#session;
    let made;
    try {
      made = await incomingMessage(info, attrs, { me, history, keptMessage: where => session.keptMessage(where), pnOf: lid => session.pnOf(lid) });
    } catch (error) {
      session.fault('message', error);
      made = { fields: { ...addressesOf(info.key, attrs, me), message_id: info.key.id, from_me: Boolean(info.key.fromMe), at: Date.now(), content: { kind: 'unknown', type: 'broken' } }, blob: null };
    }
    if (!made) return;
    const stored = session.record('message', made.fields, made.blob);
    if (!history && !made.fields.from_me && session.settings.autoRead) {
      stored.then(() => session.autoRead(info.key)).catch(() => {});
    }
  }

  /** Messages the library brings without a stanza of their own: notes in chats, and content the phone sent again. */
  upserted({ messages }, me) {
    for (const info of messages) {
      if (this.#taken.has(info)) continue;
      this.#taken.add(info);
      const note = systemMessage(info, me);
      if (note) this.#session.record('message', note);
      else if (info.message) this.#journal(info, {}, me, false).catch(() => {});
    }
  }

  receipt({ attrs, content }, me) {
    const type = RECEIPTS[attrs.type ?? ''];
    if (!type || !attrs.from || !attrs.id) return;
    const group = isGroup(attrs.from);
    const author = attrs.participant ?? attrs.from;
    const byMe = isMe(author, me);
    if (byMe && type === 'delivered') return; // our own other devices
    const chat = plain(byMe && !group ? attrs.recipient ?? attrs.from : attrs.from);
    const lists = Array.isArray(content) ? content.filter(child => child.tag === 'list') : [];
    const ids = [attrs.id, ...lists.flatMap(child => getBinaryNodeChildren(child, 'item').map(item => item.attrs.id))].filter(id => typeof id === 'string');
    for (let at = 0; at < ids.length; at += MAX_RECEIPT_IDS) {
      this.#session.record('receipt', present({
        chat, message_ids: ids.slice(at, at + MAX_RECEIPT_IDS), type, participant: attrs.participant ? plain(attrs.participant) : undefined,
        by_me: byMe || undefined, at: Number(attrs.t) * 1000 || Date.now(),
      }));
    }
  }

  /** A piece of the phone's archive; taken slowly, behind whatever else the journal has to do. */
  history({ messages = [], progress }, me) {
    const session = this.#session;
    this.#history = this.#history.then(async () => {
      if (session.settings.history !== 'none') {
        for (const info of messages) {
          await session.room();
          if (info?.key?.id && info.message) await this.#journal(info, {}, me, true);
        }
      }
      session.event('history', present({ progress: progress ?? undefined, done: progress === 100 }));
    }).catch(error => session.fault('history', error));
  }
}
