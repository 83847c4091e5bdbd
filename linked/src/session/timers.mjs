/** Named timers of one owner. What a callback throws, or rejects with, is told and harms nothing else. */
export class Timers {
  #running = new Map();
  #tell;

  constructor(tell) {
    this.#tell = tell;
  }

  /** Replaces the timer of that name. */
  set(name, ms, run) {
    clearTimeout(this.#running.get(name));
    this.#running.set(name, setTimeout(() => {
      this.#running.delete(name);
      this.guard(name, run);
    }, ms));
  }

  cancel(name) {
    clearTimeout(this.#running.get(name));
    this.#running.delete(name);
  }

  clear() {
    for (const name of [...this.#running.keys()]) this.cancel(name);
  }

  guard(where, run) {
    try {
      run()?.catch?.(error => this.#tell(where, error));
    } catch (error) {
      this.#tell(where, error);
    }
  }
}
