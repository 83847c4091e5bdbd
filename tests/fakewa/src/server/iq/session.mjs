// Being there: pings, becoming active, linking and unlinking.
import { parseJid } from '../../nodes.mjs';
import { iqError } from './errors.mjs';

export const ping = () => undefined;

/** <active/> starts delivery; a device that is here for the first time gets its keys and history from the phone. */
export function activate({ connection, device, first, journal }) {
  if (first?.tag !== 'active' || connection.active) return undefined;
  return { after: () => {
    if (device.connection !== connection) return;
    connection.active = true;
    device.queue.wake((count) => {
      journal.append('active', { pn: device.account.pn, device: device.id, offline: count });
      if (device.greeted) return;
      device.greeted = true;
      device.account.phone.greet(device);
    });
  } };
}

export function link({ connection, device, account, first, pairing }) {
  if (first?.tag === 'link_code_companion_reg') return { content: pairing.linkCodeIq(connection, first) };
  if (first?.tag === 'remove-companion-device') {
    if (!device) throw iqError(401, 'not-authorized');
    const id = parseJid(first.attrs.jid)?.device ?? device.id;
    return { after: () => pairing.remove(account, id) };
  }
  return undefined;
}
