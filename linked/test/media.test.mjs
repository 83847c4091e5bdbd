import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { makeWorld, messageId } from './support/world.mjs';

let world;
let gateway;
let wa;
let us;
let bob;
before(async () => {
  world = await makeWorld();
  ({ gateway, wa } = world);
  us = await world.linked('s1', { settings: { max_media_bytes: 3_000_000 } });
  bob = await world.contact();
  await mkdir(path.join(gateway.shared, 'in'));
});
after(() => world.close());

const hash = bytes => createHash('sha256').update(bytes).digest('hex');

async function offer(bytes, mimetype, name = `out/${randomBytes(4).toString('hex')}`) {
  await writeFile(path.join(gateway.shared, name), bytes);
  return { path: name, sha256: hash(bytes), size: bytes.length, mimetype };
}

const send = (content, id = messageId()) => gateway.ask('message.send', { session: 's1', message_id: id, to: bob.jid, content }).then(() => id);

async function received(wish) {
  const { id } = await wa.send(bob.pn, us.pn, wish);
  return (await gateway.message('s1', frame => frame.message_id === id)).content;
}

const download = (token, name = `in/${randomBytes(4).toString('hex')}`) => gateway.ask('media.download', { session: 's1', token, path: name }).then(async ok => ({ ...ok, bytes: await readFile(path.join(gateway.shared, name)) }));

for (const [kind, mimetype, size, more] of [
  ['image', 'image/jpeg', 70_000, { caption: 'look', width: 640, height: 480, thumbnail: Buffer.from('jpeg').toString('base64') }], ['video', 'video/mp4', 200_000, { caption: 'see', seconds: 4 }],
  ['audio', 'audio/ogg; codecs=opus', 16_384, { voice: true, seconds: 3 }], ['document', 'application/pdf', 1, { file_name: 'offer.pdf', caption: 'ours' }], ['sticker', 'image/webp', 15, {}], ['document', 'text/plain', 0, { file_name: 'empty.txt' }],
]) {
  test(`A ${kind} of ${size} bytes goes out and arrives whole`, async () => {
    const bytes = randomBytes(size);
    const id = await send({ kind, media: await offer(bytes, mimetype), ...more });
    const got = await wa.arrived(bob.pn, { id });
    const file = await wa.get('/phone/media', { pn: bob.pn, id });
    assert.equal(file.mimetype, mimetype);
    assert.ok(Buffer.from(file.data, 'base64').equals(bytes));
    const inner = got.message.documentWithCaptionMessage?.message ?? got.message;
    const body = inner[`${kind}Message`];
    if (more.caption) assert.equal(body.caption, more.caption);
    if (more.voice) assert.equal(body.ptt, true);
    if (more.file_name) assert.equal(body.fileName, more.file_name);
    if (more.thumbnail) assert.equal(body.jpegThumbnail, more.thumbnail);
  });
}

test('Nothing is left in the shared directory after uploads', async () => {
  const names = await readdir(path.join(gateway.shared, 'out'));
  assert.deepEqual(names.filter(name => name.startsWith('sealed-')), []);
});

for (const [kind, size, wish] of [['image', 50_000, { caption: 'cap' }], ['video', 100_000, {}], ['audio', 3_000, { ptt: true }], ['document', 1_000_000, { fileName: 'big.pdf' }], ['sticker', 16, {}]]) {
  test(`A received ${kind} is announced, and fetched on request`, async () => {
    const data = randomBytes(size);
    const content = await received({ kind, data: data.toString('base64'), ...wish });
    assert.equal(content.kind, kind);
    assert.equal(content.media.size, size);
    assert.equal(content.media.sha256, hash(data));
    if (wish.caption) assert.equal(content.caption, wish.caption);
    if (wish.ptt) assert.equal(content.voice, true);
    if (wish.fileName) assert.equal(content.file_name, wish.fileName);
    assert.ok(JSON.stringify(content.media.token).length < 8192);
    const got = await download(content.media.token);
    assert.deepEqual([got.size, got.sha256], [size, hash(data)]);
    assert.ok(got.bytes.equals(data));
  });
}

test('A corrupted, cut or vanished file is refused and leaves nothing', async () => {
  const { media: { token } } = await received({ kind: 'image', size: 40_000 });
  const before = await readdir(path.join(gateway.shared, 'in'));
  await wa.post('/faults/media', { what: 'download', corrupt: true });
  await assert.rejects(download(token), { code: 'media_failed', reason: 'corrupt' });
  await wa.post('/faults/media', { what: 'download', cut: 1000 });
  await assert.rejects(download(token), error => error.code === 'media_failed' && ['unreachable', 'corrupt'].includes(error.reason));
  for (const [status, reason] of [[404, 'gone'], [410, 'gone'], [403, 'denied'], [500, 'unreachable']]) {
    await wa.post('/faults/media', { what: 'download', status });
    await assert.rejects(download(token), { code: 'media_failed', reason });
  }
  assert.deepEqual(await readdir(path.join(gateway.shared, 'in')), before);
  assert.equal((await download(token)).size, 40_000);
});

test('A wrong hash in the message itself is found', async () => {
  const { media: { token } } = await received({ kind: 'image', size: 1000 });
  const lying = { ...token, sha: createHash('sha256').update('other').digest('base64') };
  await assert.rejects(download(lying), { code: 'media_failed', reason: 'corrupt' });
});

test('A message cannot send us to a host of its own', async () => {
  const { media: { token } } = await received({ kind: 'image', size: 1000 });
  const got = await download({ ...token, url: 'https://127.0.0.1:1/evil' });
  assert.equal(got.size, 1000);
  await assert.rejects(download({ ...token, path: undefined, url: 'https://127.0.0.1:1/evil' }), { code: 'media_failed', reason: 'gone' });
});

test('Too large is refused both ways', async () => {
  const bytes = randomBytes(3_000_001);
  await assert.rejects(send({ kind: 'document', media: await offer(bytes, 'application/zip') }), { code: 'too_large' });
  const { media: { token } } = await received({ kind: 'document', size: 3_000_001 });
  await assert.rejects(download(token), { code: 'too_large' });
  await assert.rejects(download({ ...token, size: 5 }), { code: 'too_large' });
});

test('A file that is not the one announced is not sent', async () => {
  const media = await offer(Buffer.from('right'), 'text/plain');
  await assert.rejects(send({ kind: 'document', media: { ...media, sha256: hash('wrong') } }), { code: 'media_failed', reason: 'corrupt' });
  await assert.rejects(send({ kind: 'document', media: { ...media, size: 4 } }), { code: 'media_failed', reason: 'corrupt' });
  await assert.rejects(send({ kind: 'document', media: { ...media, path: 'out/missing' } }), { code: 'not_found' });
});

test('Paths and links that lead outside are refused', async () => {
  const media = await offer(Buffer.from('x'), 'text/plain');
  for (const wrong of ['../secret', '/etc/passwd', 'out/../../x', 'out//x', '', '.', 'out/..']) {
    await assert.rejects(send({ kind: 'document', media: { ...media, path: wrong } }), { code: 'bad_request' }, wrong);
  }
  await symlink('/etc/hostname', path.join(gateway.shared, 'out/link'));
  await assert.rejects(send({ kind: 'document', media: { ...media, path: 'out/link' } }), { code: 'media_failed', reason: 'io' });
  await symlink('/etc', path.join(gateway.shared, 'etc'));
  await assert.rejects(send({ kind: 'document', media: { ...media, path: 'etc/hostname' } }), { code: 'bad_request' });
  const { media: { token } } = await received({ kind: 'image', size: 10 });
  await assert.rejects(download(token, '../out.bin'), { code: 'bad_request' });
  await assert.rejects(download({ ...token, key: 'short' }), { code: 'bad_request' });
});

test('An upload the server will not take is said so', async () => {
  const media = await offer(Buffer.from('later'), 'text/plain');
  await wa.post('/faults/media', { what: 'upload', status: 503, times: 10 });
  await assert.rejects(send({ kind: 'document', media }), { code: 'media_failed', reason: 'unreachable', retryable: true });
  await wa.post('/faults/clear');
  await send({ kind: 'document', media });
});
