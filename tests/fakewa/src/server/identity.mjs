// A phone that was set up anew: other keys, no linked devices, and contacts who are told that the identity changed.
import { el } from '../nodes.mjs';
import { seconds, stanzaId } from '../bytes.mjs';

export async function reinstallPhone({ pairing, delivery, journal }, account) {
  for (const id of [...account.devices.keys()]) await pairing.remove(account, id);
  account.resetPhone();
  journal.append('reinstalled', { pn: account.pn });
  for (const contact of account.contacts) {
    const node = () => el('notification', { from: account.jid(0, contact.addressing), type: 'encrypt', id: stanzaId(), t: seconds(), ...(contact.addressing === 'lid' ? {} : { lid: account.lidJid() }) }, [el('identity')]);
    delivery.toLinked(contact, node());
    delivery.to(contact, 0, node());
  }
}
