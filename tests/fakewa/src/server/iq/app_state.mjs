// App state: one log of patches per collection; a patch on an old version is a conflict.
import { proto } from 'baileys';
import { bytesOf, child, children, el, serverJid } from '../../nodes.mjs';
import { seconds, stanzaId } from '../../bytes.mjs';

const maxPatches = 5000;

export function appState({ account, device, first, delivery, journal }) {
  return { content: [el('sync', {}, children(first, 'collection').map((collection) => {
    const { name } = collection.attrs;
    const log = account.appState.get(name) ?? [];
    account.appState.set(name, log);
    return child(collection, 'patch') ? append({ account, device, collection, log, delivery, journal }) : read(collection, log);
  }))] };
}

function append({ account, device, collection, log, delivery, journal }) {
  const { name, version } = collection.attrs;
  if (Number(version) !== log.length || log.length >= maxPatches) {
    return el('collection', { name, type: 'error', version: String(log.length) }, [el('error', { code: '409', text: 'conflict' })]);
  }
  const patch = proto.SyncdPatch.decode(bytesOf(collection, 'patch'));
  log.push(patch);
  journal.append('app_state', { pn: account.pn, device: device.id, collection: name, version: log.length, mutations: patch.mutations.length });
  delivery.toLinked(account, el('notification', { from: serverJid, type: 'server_sync', id: stanzaId(), t: seconds() }, [el('collection', { name, version: String(log.length) })]), device);
  return el('collection', { name, version: String(log.length) });
}

function read({ attrs: { name, version } }, log) {
  const known = Number(version) || 0;
  const patches = log.slice(known).map((patch, index) => el('patch', {}, Buffer.from(proto.SyncdPatch.encode({ ...patch, version: { version: known + index + 1 } }).finish())));
  return el('collection', { name, version: String(log.length) }, patches.length ? [el('patches', {}, patches)] : undefined);
}
