// Linking a new device: the phone scans a QR code or its user types an eight-character code; both end in pair-success.
import crypto from 'node:crypto';
import { proto } from 'baileys';
import { isSignedBy, withTypeByte } from '../curve.mjs';
import { bytesOf, child, el, needBytes, parseJid, serverJid } from '../nodes.mjs';
import { seconds, stanzaId } from '../bytes.mjs';
import { Device } from '../world/device.mjs';
import { maxLinkedDevices } from '../world/account.mjs';
import { passkeyPrologue } from './passkey.mjs';

const answerMs = 20000;
const refuse = (status, message) => Object.assign(new Error(message), { status });

/** The text of a QR code, with or without the link it begins with since 2026. */
export function parseQr(text) {
  const fields = String(text).replace(/^https:\/\/wa\.me\/settings\/linked_devices#/, '').split(',');
  const [ref, noise, identity, secret, platform] = fields;
  const [noiseKey, identityKey, advSecret] = [noise, identity, secret].map((field) => Buffer.from(field ?? '', 'base64'));
  if (!ref || noiseKey.length !== 32 || identityKey.length !== 32 || advSecret.length !== 32) throw refuse(400, 'that is no QR code of a linked device');
  return { ref, noiseKey, identityKey, advSecret, platform };
}

export class Pairing {
  #refs = new Map();
  #links = new Map();

  constructor({ world, journal, delivery, settings }) { Object.assign(this, { world, journal, delivery, settings }); }

  begin(connection, data) {
    connection.registration = data;
    const refs = Array.from({ length: this.settings.qrRefs }, () => '2@' + crypto.randomBytes(48).toString('base64'));
    for (const ref of refs) this.#refs.set(ref, connection);
    connection.send(el('iq', { from: serverJid, type: 'set', id: stanzaId(), xmlns: 'md' }, [el('pair-device', {}, refs.map((ref) => el('ref', {}, Buffer.from(ref))))]));
    this.journal.append('registration', { connection: connection.number });
  }
  forget(connection) {
    for (const [ref, owner] of this.#refs) if (owner === connection) this.#refs.delete(ref);
    for (const [pn, link] of this.#links) if (link.connection === connection) this.#links.delete(pn);
    connection.onPairSign?.(undefined);
  }
  pendingCodes() { return [...this.#links.keys()]; }

  /** What the phone's camera does. */
  async scan(pn, qr) {
    const { ref, noiseKey, identityKey, advSecret } = parseQr(qr);
    const connection = this.#refs.get(ref);
    if (!connection) throw refuse(404, 'that QR code is not valid any more');
    if (!connection.staticKey.equals(noiseKey)) throw refuse(400, 'the QR code has another noise key than the connection');
    return this.#link(this.world.ensureAccount({ pn }), connection, identityKey, advSecret);
  }

  /** <link_code_companion_reg>: companion_hello registers the wrapped key, companion_finish hands over the bundle. */
  linkCodeIq(connection, node) {
    const { pn, stage } = { pn: parseJid(node.attrs.jid)?.user, stage: node.attrs.stage };
    if (stage === 'companion_hello') {
      if (!connection.staticKey.equals(needBytes(node, 'companion_server_auth_key_pub', 32))) throw new Error('companion_server_auth_key_pub is not the noise key');
      const ref = crypto.randomBytes(16);
      this.#links.set(pn, { connection, ref, wrapped: needBytes(node, 'link_code_pairing_wrapped_companion_ephemeral_pub', 80) });
      this.journal.append('link_code', { pn, connection: connection.number });
      return [el('link_code_companion_reg', { stage }, [el('link_code_pairing_ref', {}, ref)])];
    }
    const link = this.#links.get(pn);
    if (!link || link.connection !== connection) throw new Error('no pairing by code is under way');
    link.finish?.({ bundle: needBytes(node, 'link_code_pairing_wrapped_key_bundle'), identityKey: needBytes(node, 'companion_identity_public', 32) });
    return undefined;
  }
  /** What the user typing the code into the phone does. A wrong code makes the phone's decryption fail. */
  async enterCode(pn, code, timeout = 5000) {
    const account = this.world.ensureAccount({ pn });
    const link = await this.journal.until(() => this.#links.get(pn), timeout); // a client tells the code before the server has heard of it
    if (!link) throw refuse(404, `no device waits for a code of ${pn}`);
    const linking = account.phone.linkByCode(code, link.wrapped);
    if (account.passkey) return this.#askPasskey(account, link.connection);
    const finished = this.#answer('the companion did not finish', (resolve) => { link.finish = resolve; });
    link.connection.send(el('notification', { from: serverJid, type: 'link_code_companion_reg', id: stanzaId(), t: seconds() }, [
      el('link_code_companion_reg', { stage: 'primary_hello' }, [el('link_code_pairing_wrapped_primary_ephemeral_pub', {}, linking.wrapped),
        el('primary_identity_pub', {}, account.phone.keys.identity.public), el('link_code_pairing_ref', {}, link.ref)])]));
    const { bundle, identityKey } = await finished;
    const advSecret = linking.finish(bundle, identityKey);
    this.#links.delete(pn);
    return this.#link(account, link.connection, identityKey, advSecret);
  }

  #answer(message, start) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(refuse(504, message)), answerMs);
      start((value) => { clearTimeout(timer); resolve(value); });
    });
  }
  #askPasskey(account, connection) {
    connection.send(passkeyPrologue());
    this.journal.append('passkey_asked', { pn: account.pn, connection: connection.number });
    return { account, passkey: true };
  }

  async #link(account, connection, identity, advSecret) {
    const data = connection.registration;
    if (!Buffer.from(data.eIdent).equals(identity)) throw refuse(400, 'the identity key is not the registered one');
    const signedPreKey = { id: Buffer.from(data.eSkeyId), value: Buffer.from(data.eSkeyVal), signature: Buffer.from(data.eSkeySig) };
    if (!isSignedBy(identity, withTypeByte(signedPreKey.value), signedPreKey.signature)) throw refuse(400, 'the signed prekey has a wrong signature');
    if (account.devices.size >= maxLinkedDevices) throw refuse(409, `${account.pn} has ${maxLinkedDevices} linked devices already`);
    if (account.passkey) return this.#askPasskey(account, connection);
    const { phone } = account;
    const adv = phone.issueDeviceIdentity(identity, advSecret);
    const device = new Device(account, account.nextDevice++, { noiseKey: connection.staticKey, identity, signedPreKey,
      registrationId: Buffer.from(data.eRegid), platform: proto.DeviceProps.decode(data.deviceProps).os ?? '' });
    device.keyIndex = adv.keyIndex;
    const reply = this.#answer('the companion did not sign', (resolve) => { connection.onPairSign = resolve; });
    connection.pairIqId = stanzaId();
    connection.send(el('iq', { from: serverJid, type: 'set', id: connection.pairIqId, xmlns: 'md', t: seconds() }, [el('pair-success', {}, [
      el('device-identity', {}, adv.sealed), ...(account.business ? [el('biz', { name: account.name })] : []), el('platform', { name: account.business ? 'smba' : 'android' }),
      el('device', { jid: account.pnJid(device.id), lid: account.lidJid(device.id) })])]));
    device.advIdentity = this.#checkSignature(await reply, identity, adv);
    this.#refs.forEach((owner, ref) => { if (owner === connection) this.#refs.delete(ref); });
    account.devices.set(device.id, device);
    this.announce(account, 'add', device);
    this.journal.append('paired', { pn: account.pn, device: device.id, jid: account.pnJid(device.id), lid: account.lidJid(device.id) });
    await connection.streamError({ code: '515' });
    return { account, device };
  }
  #checkSignature(reply, identity, adv) {
    if (!reply) throw refuse(410, 'the companion went away');
    if (reply.attrs.type === 'error') throw refuse(400, 'the companion refused the pairing');
    const signed = proto.ADVSignedDeviceIdentity.decode(bytesOf(child(reply, 'pair-device-sign'), 'device-identity') ?? Buffer.alloc(0));
    if (signed.accountSignatureKey?.length) throw refuse(400, 'the companion sent the account key back');
    const text = Buffer.concat([Buffer.from([6, 1]), adv.details, identity, adv.accountKey]);
    if (!isSignedBy(identity, text, signed.deviceSignature)) throw refuse(400, 'the device signature is wrong');
    return Buffer.from(proto.ADVSignedDeviceIdentity.encode({ ...signed, accountSignatureKey: adv.accountKey }).finish());
  }

  /** The account's other devices and its contacts learn of a device that came or went. */
  announce(account, change, device) {
    const list = account.phone.keyIndexList();
    const attrs = { jid: account.pnJid(device.id), lid: account.lidJid(device.id), ...(change === 'add' ? { 'key-index': String(device.keyIndex) } : {}) };
    const node = () => el('notification', { from: account.pnJid(), type: 'devices', id: stanzaId(), t: seconds(), lid: account.lidJid() },
      [el(change, { device_hash: '2:fake' }, [el('device', attrs), el('key-index-list', { ts: seconds() }, list)])]);
    for (const one of [account, ...account.contacts]) this.delivery.toLinked(one, node(), device);
  }
  async remove(account, deviceId) {
    const device = account.device(deviceId);
    account.devices.delete(deviceId);
    if (account.hasPhone) account.phone.revokeDevice(device);
    this.announce(account, 'remove', device);
    this.journal.append('unlinked', { pn: account.pn, device: deviceId });
    const { connection } = device;
    device.queue.sleep();
    device.queue.drop();
    device.connection = null;
    await connection?.streamError({ code: '401' }, [el('conflict', { type: 'device_removed' })]);
  }
}
