// Small things a client asks for after login: properties, privacy, blocked people, pictures, where media goes.
import crypto from 'node:crypto';
import { child, children, el, textOf } from '../../nodes.mjs';
import { seconds, stanzaId } from '../../bytes.mjs';
import { iqError } from './errors.mjs';

/** 10518: send privacy tokens with one-to-one messages. */
export const props = () => ({ content: [el('props', { protocol: '1', ab_key: 'fake', hash: 'fakeprops1', refresh: '86400' }, [el('prop', { config_code: '10518', config_value: 'true' })])] });

export function privacy({ node, first, account, world, delivery, journal }) {
  if (node.attrs.type === 'get') return { content: [el('privacy', {}, Object.entries(account.privacy).map(([name, value]) => el('category', { name, value })))] };
  if (first?.tag === 'tokens') {
    const tokens = children(first, 'token');
    return { content: [el('tokens')], after: () => {
      for (const { attrs } of tokens) giveToken({ account, peer: world.byJid(attrs.jid), t: attrs.t, delivery, journal });
    } };
  }
  for (const { attrs } of children(first, 'category')) if (attrs.name in account.privacy) account.privacy[attrs.name] = attrs.value;
  journal.append('privacy', { pn: account.pn, privacy: { ...account.privacy } });
  return undefined;
}
/** A trusted-contact token goes to the peer's devices, who send it back with their messages. */
function giveToken({ account, peer, t, delivery, journal }) {
  if (!peer) return;
  journal.append('token', { pn: account.pn, to: peer.pn });
  delivery.toLinked(peer, el('notification', { from: account.pnJid(), sender_lid: account.lidJid(), type: 'privacy_token', id: stanzaId(), t: seconds() },
    [el('tokens', {}, [el('token', { jid: peer.pnJid(), t: t ?? seconds(), type: 'trusted_contact' }, crypto.randomBytes(16))])]));
}

export function blocklist({ node, first, account, world, journal }) {
  if (node.attrs.type === 'get') return { content: [el('list', {}, [...account.blocked].map((one) => el('item', { jid: one.lidJid() })))] };
  const other = world.byJid(first?.attrs.jid);
  if (!other) throw iqError(404, 'item-not-found');
  if (first.attrs.action === 'block') account.blocked.add(other);
  else account.blocked.delete(other);
  journal.append('block', { pn: account.pn, to: other.pn, action: first.attrs.action });
  return undefined;
}

export const mediaConn = ({ media }) => ({ content: [el('media_conn', { auth: media.auth, ttl: '300', auth_ttl: '3600', max_buckets: '12' }, [el('host', { hostname: media.host, maxContentLengthBytes: '104857600' })])] });

/** GraphQL: the reach-out lock of the account, and nothing else. */
export function mex({ account, first }) {
  const lock = account.reachoutLock;
  const asked = textOf(first) ?? '';
  const data = { xwa2_fetch_account_reachout_timelock: { is_active: Boolean(lock), time_enforcement_ends: String(lock?.until ?? 0), enforcement_type: lock?.type ?? 'DEFAULT' },
    xwa2_message_capping_info: { total_quota: 1000, used_quota: 0 } };
  if (asked.length > 65536) throw iqError(400, 'bad-request');
  return { content: [el('result', {}, Buffer.from(JSON.stringify({ data })))] };
}

export function picture({ node, account, world, media }) {
  const { target, type } = node.attrs;
  const owner = target ? world.byJid(target) ?? world.groups.get(target) : account;
  if (!owner) throw iqError(404, 'item-not-found');
  if (type === 'set') {
    const bytes = child(node, 'picture')?.content;
    owner.picture = bytes ? media.store.put('picture', Buffer.from(bytes)) : null;
    return { content: owner.picture ? [el('picture', { id: owner.picture.id })] : undefined };
  }
  if (!owner.picture) throw iqError(404, 'item-not-found');
  return { content: [el('picture', { id: owner.picture.id, type: 'preview', url: owner.picture.url, direct_path: owner.picture.directPath })] };
}
