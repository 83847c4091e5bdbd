// Scripted trouble of the media host, used up in order.
const maxRules = 1000;
const kinds = ['download', 'upload'];

export class MediaFaults {
  #rules = [];

  /** { what: download|upload, times, status?, path?, cut?: bytes, corrupt?: true, delay?: ms } */
  add({ what = 'download', times = 1, ...rule }) {
    if (!kinds.includes(what)) throw new Error(`what is one of ${kinds.join(', ')}`);
    if (this.#rules.length >= maxRules) throw new Error('there are too many media faults waiting');
    this.#rules.push({ what, left: times, ...rule });
  }
  take(what, path) {
    const rule = this.#rules.find((one) => one.what === what && (!one.path || path.startsWith(one.path.split('?')[0])));
    if (rule && --rule.left <= 0) this.#rules.splice(this.#rules.indexOf(rule), 1);
    return rule;
  }
  clear() { this.#rules = []; }
  get waiting() { return this.#rules.length; }
}
