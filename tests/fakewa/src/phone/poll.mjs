// Poll votes: the names' hashes, sealed under a key that binds poll, creator and voter.
import crypto from 'node:crypto';
import { proto } from 'baileys';
import { hkdf, openGcm, sealGcm, sha256 } from '../bytes.mjs';

const voteKey = (secret, { pollId, creator, voter }) => hkdf(secret, 32, { salt: Buffer.alloc(32), info: `${pollId}${creator}${voter}Poll Vote` });
const extra = ({ pollId, voter }) => Buffer.from(`${pollId}\0${voter}`);

export function sealVote(secret, context, names) {
  const encIv = crypto.randomBytes(12);
  const vote = Buffer.from(proto.Message.PollVoteMessage.encode({ selectedOptions: names.map((name) => sha256(Buffer.from(name))) }).finish());
  return { encPayload: sealGcm(voteKey(secret, context), encIv, vote, extra(context)), encIv };
}
/** The chosen names, for a voter and creator addressed either way. */
export function openVote({ encPayload, encIv }, secret, { pollId, creators, voters, options }) {
  for (const creator of creators) {
    for (const voter of voters) {
      const context = { pollId, creator, voter };
      try {
        const vote = proto.Message.PollVoteMessage.decode(openGcm(voteKey(secret, context), Buffer.from(encIv), Buffer.from(encPayload), extra(context)));
        return vote.selectedOptions.map((hash) => options.find((name) => sha256(Buffer.from(name)).equals(Buffer.from(hash))) ?? null);
      } catch { /* addressed the other way */ }
    }
  }
  throw new Error('the vote cannot be opened');
}
