// Scripted trouble. Each rule is for one account ('*' for any), is used up in order, and says what happens instead of the normal thing.
const maxRules = 1000;

export const dropMoments = ['before', 'after', 'swallow', 'no_ack'];

export class Faults {
  #rules = { login: [], upgrade: [], ack: [], drop: [], phash: [] };
  #ackDelay = new Map();

  #add(kind, pn, list) {
    if (this.#rules[kind].length + list.length > maxRules) throw new Error('there are too many faults waiting');
    this.#rules[kind].push(...list.map((rule) => ({ pn: pn ? String(pn) : '*', rule })));
  }
  #take(kind, pn, fits = () => true) {
    const at = this.#rules[kind].findIndex((one) => (one.pn === '*' || one.pn === pn) && fits(one.rule));
    return at < 0 ? undefined : this.#rules[kind].splice(at, 1)[0].rule;
  }

  /** Next logins answer <failure>: { reason: '402', code: '101', expire: '3600' } and such. */
  failLogins(pn, failures) { this.#add('login', pn, failures); }
  nextLoginFailure(pn) { return this.#take('login', pn); }
  /** Next WebSocket upgrades answer an HTTP status, or the connection is cut ('cut'). */
  failUpgrades(statuses) { this.#add('upgrade', '*', statuses); }
  nextUpgradeFailure() { return this.#take('upgrade', '*'); }
  /** Next messages are refused with <ack error=…> and go nowhere. */
  failAcks(pn, codes) { this.#add('ack', pn, codes.map((code) => ({ code: String(code) }))); }
  nextAckFailure(pn) { return this.#take('ack', pn)?.code; }
  /**
   * before: the connection dies before the message is processed; after: it is processed and the connection dies before the ack;
   * swallow: neither processed nor acked, the connection lives; no_ack: processed, never acked, the connection lives.
   */
  dropMessages(pn, when, count = 1) {
    if (!dropMoments.includes(when)) throw new Error(`when is one of ${dropMoments.join(', ')}`);
    this.#add('drop', pn, Array.from({ length: count }, () => ({ when })));
  }
  nextDrop(pn) { return this.#take('drop', pn)?.when; }
  /** Next group acks carry a participant hash that cannot be the client's. */
  mismatchPhash(pn, count = 1) { this.#add('phash', pn, Array.from({ length: count }, () => ({}))); }
  nextPhashMismatch(pn) { return this.#take('phash', pn) !== undefined; }

  delayAcks(pn, milliseconds) {
    if (milliseconds > 0) this.#ackDelay.set(pn ?? '*', milliseconds);
    else this.#ackDelay.delete(pn ?? '*');
  }
  ackDelay(pn) { return this.#ackDelay.get(pn) ?? this.#ackDelay.get('*') ?? 0; }

  clear() {
    for (const list of Object.values(this.#rules)) list.length = 0;
    this.#ackDelay.clear();
  }
  summary() {
    return { ...Object.fromEntries(Object.entries(this.#rules).map(([kind, list]) => [kind, list.length])), ackDelay: Object.fromEntries(this.#ackDelay) };
  }
}
