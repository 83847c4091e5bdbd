// Reading and waiting: the journal, the state of everything, conditions on a device.
import { matcher, shown, waitOptions } from './match.mjs';
import { describe } from '../nodes.mjs';

const timedOut = (what) => Object.assign(new Error(`nothing of that kind within the timeout: ${what}`), { status: 408 });

export function observeRoutes(fake) {
  const { world, journal } = fake;
  const list = (query, what) => {
    const limit = Number(query.get('limit') ?? 1000);
    const entries = journal.entries(what, Number(query.get('since') ?? 0)).filter(matcher(query)).slice(-limit);
    return { seq: journal.seq, entries: entries.map(shown) };
  };
  /** The states of a device that can be waited for: online, active, queued, preKeys, logins, and preKeysMin. */
  const deviceFits = (summary, query) => [...query].every(([name, value]) => {
    if (['pn', 'device', 'timeout'].includes(name)) return true;
    if (name === 'preKeysMin') return summary.preKeys >= Number(value);
    if (!(name in summary)) throw Object.assign(new Error(`a device has no ${name}`), { status: 400 });
    return String(summary[name]) === value;
  });
  return {
    'GET /journal': (query) => list(query, query.get('what') ?? 'inbox'),
    'GET /inbox': (query) => list(query, 'inbox'),
    'GET /receipts': (query) => list(query, 'receipt'),
    'GET /typing': (query) => list(query, 'typing'),
    'GET /stanzas': (query) => list(query, 'stanza'),
    'GET /wait': async (query) => {
      const what = query.get('what') ?? 'inbox';
      const { count, ...rest } = waitOptions(query);
      const found = await journal.wait(what, matcher(query), { count, ...rest });
      if (!found) throw timedOut(what);
      return { seq: journal.seq, entry: shown(found[0]), entries: found.map(shown) };
    },
    'GET /wait/device': async (query) => {
      const { timeout } = waitOptions(query);
      const look = () => {
        const device = world.find(query.get('pn'))?.devices.get(Number(query.get('device') ?? 1));
        const summary = device?.summary();
        return summary && deviceFits(summary, query) ? summary : undefined;
      };
      const found = await journal.until(look, timeout);
      if (!found) throw timedOut(`device of ${query.get('pn')}`);
      return found;
    },
    'GET /wait/code': async (query) => {
      const { timeout } = waitOptions(query);
      const found = await journal.until(() => fake.pairing.pendingCodes().includes(query.get('pn')), timeout);
      if (!found) throw timedOut('pairing code');
      return { pn: query.get('pn') };
    },
    'GET /state': () => ({ seq: journal.seq, connections: fake.connections.size, accounts: [...world.accounts].map((account) => account.summary()), groups: [...world.groups.values()].map((group) => group.summary()),
      pendingCodes: fake.pairing.pendingCodes(), faults: { ...fake.faults.summary(), media: fake.media.faults.waiting }, media: fake.media.store.summary(), errors: journal.entries('fault').map((entry) => entry.error) }),
    'GET /account': (query) => world.account(query.get('pn')).summary(),
    'GET /queue': (query) => ({ entries: world.account(query.get('pn')).device(Number(query.get('device') ?? 1)).queue.nodes().map(describe) }),
  };
}
