// Everything that can be observed, numbered: tests read it and wait on it instead of sleeping.
const limits = { stanza: 3000 };
const defaultLimit = 20000;

/** Entries are { seq, at, what, ...fields }; `what` names the kind. Old ones fall out of a bounded ring per kind. */
export class Journal {
  #rings = new Map();
  #waiters = new Set();
  #seq = 0;

  get seq() { return this.#seq; }

  append(what, fields) {
    const entry = { seq: ++this.#seq, at: Date.now(), what, ...fields };
    let ring = this.#rings.get(what);
    if (!ring) this.#rings.set(what, (ring = []));
    ring.push(entry);
    const limit = limits[what] ?? defaultLimit;
    if (ring.length > limit * 1.2) ring.splice(0, ring.length - limit);
    for (const waiter of [...this.#waiters]) waiter.look(entry);
    return entry;
  }
  entries(what, since = 0) {
    const ring = this.#rings.get(what) ?? [];
    return since ? ring.filter((entry) => entry.seq > since) : ring;
  }
  kinds() { return [...this.#rings.keys()]; }

  /** Resolves with the first `count` fitting entries after `since`; with undefined at the timeout. */
  wait(what, fits, { since = 0, count = 1, timeout = 5000 } = {}) {
    const found = this.entries(what, since).filter(fits).slice(0, count);
    if (found.length >= count) return Promise.resolve(found);
    return this.#waiting(timeout, (entry) => {
      if (entry.what === what && fits(entry)) found.push(entry);
      return found.length >= count ? found : undefined;
    });
  }
  /** Resolves with the first truthy value of `look`, asked now and whenever anything is observed. */
  until(look, timeout = 5000) {
    const now = look();
    return now ? Promise.resolve(now) : this.#waiting(timeout, look);
  }
  #waiting(timeout, look) {
    return new Promise((resolve) => {
      const done = (value) => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(value);
      };
      const timer = setTimeout(() => done(undefined), timeout);
      const waiter = { stop: () => done(undefined), look: (entry) => {
        const value = look(entry);
        if (value) done(value);
      } };
      this.#waiters.add(waiter);
    });
  }
  close() {
    for (const waiter of [...this.#waiters]) waiter.stop();
  }
}
