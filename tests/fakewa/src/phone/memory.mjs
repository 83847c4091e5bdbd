// Messages a phone has sent or read: what quotes, reactions, edits, votes, retries and the history refer to.
const maxMessages = 5000;

export class Memory {
  #byId = new Map();

  /** { id, chat, sender, fromMe, message, t, group? } with chat the peer's account or the group. */
  add(entry) {
    this.#byId.delete(entry.id);
    this.#byId.set(entry.id, entry);
    if (this.#byId.size > maxMessages) this.#byId.delete(this.#byId.keys().next().value);
    return entry;
  }
  get(id) { return this.#byId.get(id); }
  need(id) {
    const entry = this.#byId.get(id);
    if (!entry) throw Object.assign(new Error(`the phone knows no message ${id}`), { status: 404 });
    return entry;
  }
  values() { return [...this.#byId.values()]; }
}
