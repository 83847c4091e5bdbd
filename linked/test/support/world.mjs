import { randomBytes } from 'node:crypto';
import { FakeGateway } from './gateway.mjs';
import { FakeWhatsApp } from './whatsapp.mjs';

let next = 15550000000;

export const newNumber = () => String(++next);
export const pnJid = pn => `${pn}@s.whatsapp.net`;
export const messageId = () => `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;

/** A fake WhatsApp, a fake gateway and a running sidecar, for one test file. */
export async function makeWorld({ fakeArgs = [] } = {}) {
  const [wa, gateway] = await Promise.all([FakeWhatsApp.start(...fakeArgs), FakeGateway.create()]);
  await gateway.start();
  return {
    wa,
    gateway,
    /** Starts a session and links it by QR code. Gives { session, pn, jid, lid }. */
    async linked(session, { settings = {}, account = {} } = {}) {
      const pn = newNumber();
      await wa.account(pn, account);
      const since = gateway.mark;
      await gateway.ask('session.start', { session, settings: wa.settings(settings) });
      await gateway.state(session, 'unpaired', { since });
      await gateway.ask('session.pair', { session, method: 'qr' });
      const { code } = await gateway.event(session, 'qr', undefined, { since });
      await wa.post('/scan', { pn, qr: code });
      const paired = await gateway.op(session, 'paired', undefined, { since });
      await gateway.state(session, 'working', { since });
      return { session, pn, jid: paired.jid, lid: paired.lid };
    },
    /** A contact that has a phone only. */
    async contact(more) {
      const pn = newNumber();
      const { lid } = await wa.account(pn, { name: `Person ${pn}`, ...more });
      return { pn, jid: pnJid(pn), lid: `${lid}@lid` };
    },
    async close() {
      await gateway.close();
      await wa.close();
    },
  };
}
