// The phone checks a file before it says what is in it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import '../src/quiet.mjs';
import { BlobStore } from '../src/media/store.mjs';
import { openMedia, uploadFor } from '../src/phone/media.mjs';
import { openVote, sealVote } from '../src/phone/poll.mjs';
import { sha256 } from '../src/bytes.mjs';

const plain = Buffer.from('the file, a little longer than one block of the cipher');
function uploaded() {
  const store = new BlobStore();
  return { store, part: { ...uploadFor(store, 'image', plain), mimetype: 'image/png' } };
}
const open = ({ store, part }) => openMedia(store, { imageMessage: part });

test('a good file opens', () => {
  assert.deepEqual(open(uploaded()).plain, plain);
});
for (const [name, spoil, complaint] of [
  ['another media key', (file) => { file.part.mediaKey = Buffer.alloc(32); }, /MAC/],
  ['a changed byte', (file) => { file.store.get(file.part.directPath)[0] ^= 1; }, /MAC/],
  ['a wrong hash of the ciphertext', (file) => { file.part.fileEncSha256 = sha256(plain); }, /fileEncSha256/],
  ['a wrong hash of the file', (file) => { file.part.fileSha256 = sha256(Buffer.from('other')); }, /fileSha256/],
  ['a wrong length', (file) => { file.part.fileLength = 1; }, /fileLength/],
  ['a path that is not there', (file) => { file.part.directPath = '/v/nothing'; }, /not on the server/],
]) {
  test(`${name} is noticed`, () => {
    const file = uploaded();
    spoil(file);
    assert.throws(() => open(file), complaint);
  });
}

test('a vote opens for its poll and voter only', () => {
  const secret = Buffer.alloc(32, 3);
  const vote = sealVote(secret, { pollId: 'P', creator: 'a@lid', voter: 'b@lid' }, ['yes']);
  const context = { pollId: 'P', creators: ['1@s.whatsapp.net', 'a@lid'], voters: ['2@s.whatsapp.net', 'b@lid'], options: ['no', 'yes'] };
  assert.deepEqual(openVote(vote, secret, context), ['yes']);
  assert.throws(() => openVote(vote, secret, { ...context, voters: ['c@lid'] }));
  assert.throws(() => openVote(vote, secret, { ...context, pollId: 'Q' }));
});
