// Signal keys: a device's stock of prekeys, and bundles of other devices. A prekey given out is gone.
import { bytesOf, children, el, parseJid, serverJid } from '../../nodes.mjs';
import { seconds, sha256, stanzaId } from '../../bytes.mjs';
import { preKeyNodes, readSignedPreKey } from '../../world/device.mjs';
import { iqError } from './errors.mjs';

const type = () => el('type', {}, Buffer.from([5]));
const signedPreKeyNode = ({ id, value, signature }) => el('skey', {}, [el('id', {}, id), el('value', {}, value), el('signature', {}, signature)]);

export function encrypt(request) {
  const { node, first } = request;
  if (node.attrs.type === 'get') {
    if (first?.tag === 'count') return { content: [el('count', { value: String(request.device.preKeys.length) })] };
    if (first?.tag === 'digest') return { content: [digest(request.device)] };
    if (first?.tag === 'key') return { content: [el('list', {}, children(first, 'user').map((user) => bundleNode(request, user.attrs.jid)))] };
    throw iqError(400, 'bad-request');
  }
  return first?.tag === 'rotate' ? rotate(request) : upload(request);
}

function upload({ device, node, journal }) {
  if (!bytesOf(node, 'identity')?.equals(device.identity)) throw iqError(406, 'not-acceptable');
  device.signedPreKey = readSignedPreKey(node, device.identity);
  device.addPreKeys(preKeyNodes(node));
  journal.append('prekeys', { pn: device.account.pn, device: device.id, count: device.preKeys.length, uploaded: preKeyNodes(node).length });
  return undefined;
}
function rotate({ device, first, journal }) {
  device.signedPreKey = readSignedPreKey(first, device.identity);
  journal.append('rotated', { pn: device.account.pn, device: device.id });
  return undefined;
}
function digest(device) {
  const ids = device.preKeys.map((key) => el('id', {}, key.id));
  return el('digest', {}, [el('registration', {}, device.registrationId), type(), el('identity', {}, device.identity), signedPreKeyNode(device.signedPreKey),
    el('list', {}, ids), el('hash', {}, sha256(Buffer.concat([device.identity, ...device.preKeys.map((key) => key.value)])).subarray(0, 20))]);
}

function bundleNode({ bundles }, jid) {
  const bundle = bundles.take(jid);
  if (!bundle) return el('user', { jid }, [el('error', { code: '404', text: 'item-not-found' })]);
  const { registrationId, identity, preKey, signedPreKey, deviceIdentity } = bundle;
  return el('user', { jid, t: seconds() }, [el('registration', {}, registrationId), type(), el('identity', {}, identity),
    ...(preKey ? [el('key', {}, [el('id', {}, preKey.id), el('value', {}, preKey.value)])] : []), signedPreKeyNode(signedPreKey),
    ...(deviceIdentity ? [el('device-identity', {}, deviceIdentity)] : [])]);
}

/** Gives out key bundles, and tells a device when its stock runs low. */
export class Bundles {
  constructor({ world, journal, delivery, settings }) { Object.assign(this, { world, journal, delivery, settings }); }

  take(jid) {
    const account = this.world.byJid(jid);
    const id = parseJid(jid)?.device ?? 0;
    if (!account) return undefined;
    if (id === 0) return account.phone.keys.bundle();
    const device = account.devices.get(id);
    if (!device) return undefined;
    const preKey = device.takePreKey();
    const left = device.preKeys.length;
    this.journal.append('bundle', { pn: account.pn, device: id, preKey: preKey ? preKey.id.readUIntBE(0, 3) : null, left });
    if (left < this.settings.preKeyLow) this.warnLow(device);
    return { registrationId: device.registrationId, identity: device.identity, signedPreKey: device.signedPreKey, preKey, deviceIdentity: device.advIdentity };
  }
  warnLow(device) {
    this.delivery.to(device.account, device.id, el('notification', { from: serverJid, type: 'encrypt', id: stanzaId(), t: seconds() }, [el('count', { value: String(device.preKeys.length) })]));
    this.journal.append('prekey_low', { pn: device.account.pn, device: device.id, left: device.preKeys.length });
  }
}
