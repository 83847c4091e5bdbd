// Everything that can go wrong, on request.
import { el, fromJson } from '../nodes.mjs';
import { chainKinds } from '../transport/certificates.mjs';

const bad = (message) => Object.assign(new Error(message), { status: 400 });
const done = (work) => async (body) => {
  await work(body);
  return {};
};

/** How a connection ends: a code, or one of these. */
const kicks = {
  replaced: (connection) => connection.streamError({}, [el('conflict', { type: 'replaced' })]),
  xmlstreamend: (connection) => connection.end(el('xmlstreamend')),
  close: (connection) => connection.end(),
  drop: (connection) => connection.terminate(),
};

export function troubleRoutes(fake) {
  const { world, faults, media, pairing, bundles } = fake;
  const deviceOf = ({ pn, device = 1 }) => world.account(pn).device(device);
  const need = (connection) => {
    if (!connection) throw Object.assign(new Error('the device is not connected'), { status: 409 });
    return connection;
  };
  async function kick({ pn, device = 1, how }) {
    const account = world.account(pn);
    if (how === 'removed') return pairing.remove(account, device);
    if (how === 'ban') {
      account.banned = true;
      return account.devices.get(device)?.connection?.end();
    }
    const connection = need(account.device(device).connection);
    if (Object.hasOwn(kicks, how)) return kicks[how](connection);
    if (!/^\d{3}$/.test(String(how))) throw bad(`how is a code, removed, ban, ${Object.keys(kicks).join(', ')}`);
    return connection.streamError({ code: String(how) });
  }
  const asList = (value, count = 1) => (Array.isArray(value) ? value : Array.from({ length: count }, () => value));

  return {
    'POST /kick': done(kick),
    'POST /faults/logins': done(({ pn, failures, failure, times }) => faults.failLogins(pn, asList(failures ?? failure, times).map((one) => (typeof one === 'object' ? one : { reason: String(one) })))),
    'POST /faults/upgrades': done(({ statuses, status, times }) => faults.failUpgrades(asList(statuses ?? status, times))),
    'POST /faults/acks': done(({ pn, codes, code, times }) => faults.failAcks(pn, asList(codes ?? code, times))),
    'POST /faults/drop': done(({ pn, when = 'after', times = 1 }) => faults.dropMessages(pn, when, times)),
    'POST /faults/ack-delay': done(({ pn, milliseconds = 0 }) => faults.delayAcks(pn && String(pn), milliseconds)),
    'POST /faults/phash': done(({ pn, times = 1 }) => faults.mismatchPhash(pn, times)),
    'POST /faults/media': done((body) => media.faults.add(body)),
    'POST /faults/clear': done(() => {
      faults.clear();
      media.faults.clear();
    }),
    'POST /media/remove': ({ path }) => ({ removed: media.store.remove(path) }),
    'POST /hold': done((body) => deviceOf(body).queue.hold()),
    'POST /flush': done((body) => deviceOf(body).queue.flush()),
    'POST /wire': ({ pn, ...shape }) => fake.setWire(pn, shape),
    'POST /certificate': ({ kind }) => {
      if (!chainKinds.includes(kind)) throw bad(`kind is one of ${chainKinds.join(', ')}`);
      fake.setCertificate(kind);
      return { kind };
    },
    /** keep: how many prekeys of the device's stock stay; low: below how many it is told. */
    'POST /prekeys': ({ pn, device = 1, keep, low }) => {
      if (low !== undefined) fake.settings.preKeyLow = low;
      if (pn === undefined) return { low: fake.settings.preKeyLow };
      const one = deviceOf({ pn, device });
      if (keep !== undefined) {
        one.preKeys.splice(0, Math.max(0, one.preKeys.length - keep));
        if (one.preKeys.length < fake.settings.preKeyLow) bundles.warnLow(one);
      }
      return { preKeys: one.preKeys.length, low: fake.settings.preKeyLow };
    },
    'POST /settings': ({ minVersion, preKeyLow, qrRefs, groupAddressing, addressing }) => {
      for (const [name, value] of Object.entries({ minVersion, preKeyLow, qrRefs, groupAddressing })) if (value !== undefined) fake.settings[name] = value;
      if (addressing !== undefined) world.addressing = addressing;
      const { minVersion: min, preKeyLow: low, qrRefs: refs, groupAddressing: group } = fake.settings;
      return { minVersion: min, preKeyLow: low, qrRefs: refs, groupAddressing: group, addressing: world.addressing };
    },
    'POST /account/lock': ({ pn, seconds: span, type = 'DEFAULT' }) => {
      world.account(pn).reachoutLock = span ? { until: Math.floor(Date.now() / 1000) + span, type } : null;
      return {};
    },
    /** Any stanza at all, queued for a device (or passed by when it is away and `queued` is false). */
    'POST /stanza': ({ pn, device = 1, node, queued = true }) => {
      const { queue } = deviceOf({ pn, device });
      if (queued) queue.push(fromJson(node));
      else return { sent: Boolean(queue.pass(fromJson(node))) };
      return { sent: true };
    },
  };
}
