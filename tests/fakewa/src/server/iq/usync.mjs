// usync: who is on WhatsApp, with which devices and which LID.
import { child, children, el, parseJid, textOf } from '../../nodes.mjs';
import { seconds } from '../../bytes.mjs';

const deviceNode = (account, id) => el('device', { id: String(id), ...(id ? { 'key-index': String(account.devices.get(id).keyIndex) } : {}) });

const answers = {
  contact: ({ account, asked }) => el('contact', { type: account ? 'in' : 'out' }, asked ? Buffer.from(asked) : undefined),
  devices: ({ account }) => account && el('devices', {}, [el('device-list', { hash: '2:fake' }, account.deviceIds().map((id) => deviceNode(account, id))),
    el('key-index-list', { ts: seconds() }, account.phone.keyIndexList())]),
  lid: ({ account, jid }) => account && parseJid(jid)?.server !== 'lid' && el('lid', { val: account.lidJid() }),
  status: ({ account }) => account && el('status', { t: seconds() }, Buffer.from(account.about ?? '')),
  disappearing_mode: ({ account }) => account && el('disappearing_mode', { duration: '0', t: '0' }),
};

export function usync({ first, world }) {
  const wanted = children(child(first, 'query')).map((one) => one.tag);
  const users = children(child(first, 'list'), 'user').map((user) => {
    const asked = textOf(user, 'contact');
    const jid = user.attrs.jid ?? (asked ? `${asked.replace(/\D/g, '')}@s.whatsapp.net` : undefined);
    const account = jid ? world.byJid(jid) : undefined;
    return el('user', { jid }, wanted.map((name) => answers[name]?.({ account, jid, asked })).filter(Boolean));
  });
  const { sid, mode, context } = first.attrs;
  return { content: [el('usync', { sid, mode, context, index: '0', last: 'true' }, [el('result', {}, wanted.map((name) => el(name))), el('list', {}, users)])] };
}
