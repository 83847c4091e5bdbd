// The first payload of a connection: a registration gets pairing refs, a known device gets in, anything else gets <failure>.
import crypto from 'node:crypto';
import { el } from '../nodes.mjs';
import { seconds } from '../bytes.mjs';

const routing = Buffer.from([8, 13, 8, 5]);

export class Login {
  constructor({ world, journal, faults, pairing, settings }) { Object.assign(this, { world, journal, faults, pairing, settings }); }

  handle(connection, payload, staticKey) {
    connection.staticKey = staticKey;
    connection.version = payload.userAgent?.appVersion;
    if (payload.devicePairingData) {
      const failure = this.faults.nextLoginFailure('registration') ?? this.#outdated(connection);
      if (failure) return this.#refuse(connection, 'registration', failure);
      return this.pairing.begin(connection, payload.devicePairingData);
    }
    const pn = String(payload.username ?? '');
    const account = this.world.find(pn);
    const device = account?.devices.get(payload.device ?? 0);
    const failure = this.faults.nextLoginFailure(pn) ?? this.#outdated(connection)
      ?? (account?.banned ? { reason: '403' } : undefined)
      ?? (device?.noiseKey.equals(staticKey) ? undefined : { reason: '401' });
    if (failure) return this.#refuse(connection, pn, failure);
    return this.#welcome(connection, device);
  }
  #outdated({ version }) {
    const { minVersion } = this.settings;
    return minVersion && (version?.tertiary ?? 0) < minVersion ? { reason: '405' } : undefined;
  }
  #refuse(connection, pn, failure) {
    this.journal.append('login_failure', { pn, ...failure });
    const attrs = Object.fromEntries(Object.entries(failure).map(([name, value]) => [name, String(value)]));
    return connection.end(el('failure', { location: 'fake', ...attrs }));
  }
  #welcome(connection, device) {
    const { account } = device;
    const former = device.connection;
    if (former) {
      device.queue.sleep();
      former.streamError({}, [el('conflict', { type: 'replaced' })]);
    }
    device.connection = connection;
    connection.device = device;
    device.logins++;
    connection.send(el('success', { t: seconds(), props: '27', companion_enc_static: crypto.randomBytes(32).toString('base64'), lid: account.lidJid(device.id), display_name: account.name, location: 'fake' }));
    connection.send(el('ib', {}, [el('edge_routing', {}, [el('routing_info', {}, routing)])]));
    this.journal.append('login', { pn: account.pn, device: device.id, connection: connection.number });
  }
}
