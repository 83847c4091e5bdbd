// The participant hash, version 2: which devices a group message is for, in six characters. A client that computes another one knows its device lists are stale.
import { parseJid } from '../nodes.mjs';
import { sha256 } from '../bytes.mjs';

const withAgent = (jid) => {
  const { user, device, server } = parseJid(jid);
  return `${user}.0:${device}@${server}`;
};
export const participantHash = (jids) => '2:' + sha256(Buffer.from(jids.map(withAgent).sort().join(''))).toString('base64').slice(0, 6);

export const groupDeviceJids = (group) => [...group.members.values()].flatMap(({ account }) => account.deviceIds().map((id) => account.jid(id, group.mode)));
