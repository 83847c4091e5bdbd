// Everything a person does with their phone.
import { messageId } from '../bytes.mjs';
import { openMedia } from '../phone/media.mjs';
import { openVote } from '../phone/poll.mjs';
import { reinstallPhone } from '../server/identity.mjs';

const maxBurst = 100000;
const bad = (message) => Object.assign(new Error(message), { status: 400 });
const nothing = (work) => async (body) => {
  await work(body);
  return {};
};

export function phoneRoutes(fake) {
  const { world, pairing, media } = fake;
  const phone = (pn) => world.account(pn).phone;
  const target = (to) => (String(to).endsWith('@g.us') ? world.group(to) : world.resolve(to));
  const linked = ({ account, device, passkey }) => (passkey ? { passkey: true } : { pn: account.pn, device: device.id, jid: account.pnJid(device.id), lid: account.lidJid(device.id) });
  const accountFields = ({ pn, name, lid, addressing, business, passkey }) => ({ pn: String(pn), name, lid, addressing, business, passkey });

  function makeAccounts({ accounts, count, first, ...rest }) {
    const wishes = accounts ?? (count ? Array.from({ length: Math.min(count, 10000) }, (_, index) => ({ ...rest, pn: String(BigInt(first) + BigInt(index)) })) : [rest]);
    return wishes.map((wish) => world.ensureAccount(accountFields(wish)).summary());
  }
  function change({ pn, name, addressing, passkey, business, receipts, banned, privacy }) {
    const account = world.account(pn);
    if (name !== undefined) account.name = name;
    if (addressing !== undefined) account.wishedAddressing = addressing;
    if (passkey !== undefined) account.passkey = passkey;
    if (business !== undefined) account.business = business;
    if (banned !== undefined) account.banned = banned;
    if (receipts !== undefined) Object.assign(account.phone.auto, typeof receipts === 'boolean' ? { delivery: receipts } : receipts);
    if (privacy !== undefined) Object.assign(account.privacy, privacy);
    return account.summary();
  }
  async function burst({ from, to, count, text = 'burst', ...rest }) {
    if (!(count > 0 && count <= maxBurst)) throw bad(`count is 1 to ${maxBurst}`);
    const sender = phone(from);
    const receiver = target(to);
    const ids = [];
    for (let index = 0; index < count; index++) ids.push((await sender.send(receiver, { kind: 'text', ...rest, text: `${text} ${index}` })).id);
    return { count, ids };
  }
  function vote({ pn, id }) {
    const { memory } = phone(pn);
    const entry = memory.need(id);
    const update = entry.message.pollUpdateMessage;
    if (!update) throw bad('that message is no vote');
    const poll = memory.need(update.pollCreationMessageKey.id);
    const creation = poll.message.pollCreationMessageV3 ?? poll.message.pollCreationMessageV2 ?? poll.message.pollCreationMessage;
    const both = (account) => [account.lidJid(), account.pnJid()];
    return { poll: poll.id, options: openVote(update.vote, Buffer.from(poll.message.messageContextInfo.messageSecret), { pollId: poll.id, creators: both(poll.sender), voters: both(entry.sender), options: creation.options.map((option) => option.optionName) }) };
  }

  return {
    'POST /accounts': (body) => ({ accounts: makeAccounts(body) }),
    'POST /account': change,
    'POST /scan': async ({ pn, qr }) => linked(await pairing.scan(String(pn), qr)),
    'POST /code': async ({ pn, code, timeout }) => linked(await pairing.enterCode(String(pn), String(code), timeout)),
    'POST /unlink': nothing(({ pn, device = 1 }) => pairing.remove(world.account(pn), device)),
    'POST /phone/send': ({ from, to, ...wish }) => phone(from).send(target(to), wish),
    'POST /phone/burst': burst,
    'POST /phone/garbage': ({ from, to, id }) => phone(from).sendGarbage(target(to), id ?? messageId()),
    'POST /phone/receipt': nothing(({ pn, id, type = 'read' }) => phone(pn).receipt(id, type)),
    'POST /phone/typing': nothing(({ from, to, state = 'composing' }) => phone(from).typing(target(to), state)),
    'POST /phone/presence': nothing(({ pn, state = 'available' }) => phone(pn).setPresence(state)),
    'POST /phone/online': nothing(({ pn, online }) => phone(pn).setOnline(Boolean(online))),
    'POST /phone/call': ({ from, to, video }) => phone(from).call(target(to), { video }),
    'POST /phone/forget': nothing(({ pn }) => phone(pn).serial(async () => phone(pn).sessions.forget())),
    'POST /phone/reinstall': nothing(({ pn }) => reinstallPhone(fake, world.account(pn))),
    'POST /phone/picture': ({ pn, data }) => {
      const account = world.account(pn);
      account.picture = data ? media.store.put('picture', Buffer.from(data, 'base64')) : null;
      return { id: account.picture?.id ?? null };
    },
    'POST /phone/block': ({ pn, who, blocked = true }) => {
      const account = world.account(pn);
      if (blocked) account.blocked.add(world.resolve(who));
      else account.blocked.delete(world.resolve(who));
      return {};
    },
    'GET /phone/media': (query) => {
      const { kind, mimetype, plain } = openMedia(media.store, phone(query.get('pn')).memory.need(query.get('id')).message);
      return { kind, mimetype, size: plain.length, data: plain.toString('base64') };
    },
    'GET /phone/vote': (query) => vote({ pn: query.get('pn'), id: query.get('id') }),
  };
}
