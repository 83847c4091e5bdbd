import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { proto } from 'baileys';
import { Fault, badRequest } from '../protocol/errors.mjs';
import { isGroup, meAs, plain } from './addresses.mjs';
import { pollOf } from './unwrap.mjs';

const TAG = 16;
const hmac = (key, data) => createHmac('sha256', key).update(data).digest();
const optionHash = option => createHash('sha256').update(option, 'utf8').digest();

/** Votes are sealed with a key made of the poll's secret, its id, its author and the voter, both as they are addressed in the chat. */
function sealing(secret, pollId, author, voter) {
  const master = hmac(Buffer.alloc(32), secret);
  return { key: hmac(master, Buffer.concat([Buffer.from(pollId + author + voter + 'Poll Vote'), Buffer.from([1])])), aad: Buffer.from(`${pollId}\0${voter}`) };
}

function open({ encPayload, encIv }, { key, aad }) {
  const cipher = createDecipheriv('aes-256-gcm', key, encIv);
  cipher.setAAD(aad);
  cipher.setAuthTag(encPayload.subarray(-TAG));
  return proto.Message.PollVoteMessage.decode(Buffer.concat([cipher.update(encPayload.subarray(0, -TAG)), cipher.final()]));
}

/** Opens a received vote with the poll's kept bytes; the options come back by name. */
export async function openVote({ target, encrypted }, { where, me, keptMessage }) {
  const unreadable = { kind: 'vote', target, options: [], unreadable: true };
  const poll = pollOf(await keptMessage({ chat: where.chat, chat_alt: where.chat_alt, id: target.id }));
  if (!poll?.secret?.length || !encrypted?.encPayload || encrypted.encPayload.length < TAG || !encrypted.encIv) return unreadable;
  const authors = target.from_me ? [plain(me.id), plain(me.lid)] : [target.sender, where.sender, where.sender_alt, where.chat, where.chat_alt];
  const voters = [where.sender, where.sender_alt];
  for (const author of new Set(authors.filter(Boolean))) {
    for (const voter of new Set(voters.filter(Boolean))) {
      let vote;
      try {
        vote = open(encrypted, sealing(poll.secret, target.id, author, voter));
      } catch {
        continue; // addressed the other way
      }
      const chosen = new Set(vote.selectedOptions.map(hash => Buffer.from(hash).toString('hex')));
      return { kind: 'vote', target, options: poll.options.filter(option => chosen.has(optionHash(option).toString('hex'))) };
    }
  }
  return unreadable;
}

/** The message that casts our whole choice in a poll. */
export function castVote({ kept, chat, target, options, me, groupUsesLid }) {
  const poll = pollOf(kept);
  if (!poll) throw new Fault(kept ? 'bad_request' : 'not_found', kept ? 'the message is no poll' : 'the poll is not kept any more', { field: 'target' });
  if (!poll.secret?.length) throw new Fault('not_found', 'the poll has no secret to vote with');
  if (new Set(options).size !== options.length || options.some(option => !poll.options.includes(option))) throw badRequest('options', 'no such option');
  if (poll.selectable && options.length > poll.selectable) throw badRequest('options', 'too many options');
  const voter = isGroup(chat) ? plain(groupUsesLid && me.lid ? me.lid : me.id) : meAs(chat, me);
  const author = target.from_me ? voter : target.sender ?? chat;
  const { key, aad } = sealing(poll.secret, target.id, author, voter);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(aad);
  const plainVote = proto.Message.PollVoteMessage.encode({ selectedOptions: options.map(optionHash) }).finish();
  const sealed = Buffer.concat([cipher.update(plainVote), cipher.final(), cipher.getAuthTag()]);
  return proto.Message.create({
    pollUpdateMessage: {
      pollCreationMessageKey: { remoteJid: chat, id: target.id, fromMe: target.from_me, ...(isGroup(chat) ? { participant: author } : {}) },
      vote: { encPayload: sealed, encIv: iv },
      senderTimestampMs: Date.now(),
    },
  });
}
