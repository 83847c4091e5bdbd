// What a phone makes of a <message>: decrypts its parts, unwraps its own devices' copies, says what it could not read.
import { proto } from 'baileys';
import { children, isGroupJid, parseJid, withoutDevice } from '../nodes.mjs';

/** { message, destination?, error? } where destination is the chat a copy from one's own device is about. */
export async function readMessage(phone, node) {
  const group = isGroupJid(node.attrs.from) ? node.attrs.from : undefined;
  const { world } = phone.account;
  const author = world.toLid(group ? node.attrs.participant : node.attrs.from);
  const fromDevice = (parseJid(author)?.device ?? 0) !== 0;
  let message;
  let destination;
  let error;
  for (const enc of children(node, 'enc')) {
    try {
      if (enc.attrs.type === 'pkmsg' && fromDevice && node.attrs.category !== 'peer' && !children(node, 'device-identity').length) throw new Error('a first message from a device without device-identity');
      let part = await phone.sessions.decrypt(enc, { author, group });
      if (part.deviceSentMessage?.message) {
        destination = part.deviceSentMessage.destinationJid;
        part = part.deviceSentMessage.message;
      }
      message = message ? Object.assign(message, part) : part;
    } catch (failure) {
      error = failure;
    }
  }
  return { message, destination, error, author };
}

const withoutKeys = (message) => {
  const { senderKeyDistributionMessage, ...rest } = proto.Message.fromObject(message).toJSON();
  return rest;
};

/** The journal's entry about it: flat fields to match on, the protobuf as JSON. */
export function inboxEntry(phone, node, { message, destination, error, author }) {
  const { attrs } = node;
  const sender = phone.account.world.byJid(author);
  return { pn: phone.account.pn, id: attrs.id, from: attrs.from, ...(attrs.participant ? { participant: attrs.participant } : {}),
    chat: withoutDevice(destination ?? attrs.from), self: sender === phone.account, senderPn: sender?.pn, senderDevice: parseJid(author)?.device ?? 0,
    type: attrs.type, t: attrs.t, ...(attrs.edit ? { edit: attrs.edit } : {}), ...(attrs.category ? { category: attrs.category } : {}), ...(attrs.notify ? { notify: attrs.notify } : {}),
    encs: children(node, 'enc').map((enc) => enc.attrs.type), retry: Number(children(node, 'enc').find((enc) => enc.attrs.count)?.attrs.count ?? 0),
    parts: children(node).map((one) => one.tag), ...(message ? { message: withoutKeys(message) } : {}), ...(error ? { error: error.message } : {}) };
}
