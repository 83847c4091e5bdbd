// Files: encrypted, uploaded, fetched, checked; and a media host that fails.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { downloadMediaMessage } from 'baileys';
import { paired, startFake } from './support.mjs';

describe('files', () => {
  const [alice, bob, carol] = ['15550000001', '15550000002', '15550000003'];
  let fake;
  let a;
  let c;
  const jid = (pn) => fake.world.account(pn).pnJid();
  const download = (message) => downloadMediaMessage({ key: message.key, message: message.message }, 'buffer', {});
  const bobSends = async (wish) => {
    const { id } = await fake.admin.post('/phone/send', { from: bob, to: alice, ...wish });
    return a.message((one) => one.key.id === id);
  };
  before(async () => {
    fake = await startFake();
    await fake.admin.post('/accounts', { pn: bob, name: 'Bob' });
    a = await paired(fake, alice);
    c = await paired(fake, carol);
  });
  after(async () => {
    await Promise.all([a?.stop(), c?.stop()]);
    const { errors } = await fake.admin.get('/state');
    await fake.close();
    assert.deepEqual(errors, []);
  });

  const bytes = crypto.randomBytes(70000);
  for (const [kind, content] of [['document', { document: bytes, mimetype: 'application/pdf', fileName: 'a.pdf', caption: 'read this' }], ['audio', { audio: bytes, mimetype: 'audio/ogg; codecs=opus', ptt: true, seconds: 3, waveform: new Uint8Array(64) }],
    ['image', { image: bytes, jpegThumbnail: 'AAAA', width: 1, height: 1, caption: 'look' }], ['video', { video: bytes, jpegThumbnail: 'AAAA', caption: 'watch' }], ['sticker', { sticker: bytes }]]) {
    test(`a phone opens a device's ${kind}, byte for byte`, async () => {
      const sent = await a.send(jid(bob), content);
      const got = await fake.admin.wait('inbox', { pn: bob, id: sent.key.id });
      assert.equal(got.type, 'media');
      const opened = await fake.admin.get('/phone/media', { pn: bob, id: sent.key.id });
      assert.equal(opened.kind, kind);
      assert.ok(Buffer.from(opened.data, 'base64').equals(bytes));
    });
    test(`a device fetches a phone's ${kind}, byte for byte`, async () => {
      const got = await bobSends({ kind, data: bytes.toString('base64'), caption: 'here', ptt: true });
      assert.ok((await download(got)).equals(bytes));
    });
  }

  test('a file goes from one device to another', async () => {
    await a.send(jid(carol), { audio: bytes, mimetype: 'audio/ogg; codecs=opus', ptt: true, seconds: 1, waveform: new Uint8Array(64) });
    assert.ok((await download(await c.message((one) => one.message?.audioMessage))).equals(bytes));
  });

  for (const status of [403, 404, 410]) {
    test(`a file that answers ${status} is seen as that, once`, async () => {
      const got = await bobSends({ kind: 'image', size: 1000 });
      await fake.admin.post('/faults/media', { status });
      await assert.rejects(download(got), (error) => error.output.statusCode === status);
      assert.equal((await download(got)).length, 1000);
    });
  }

  test('an expired file comes back after the phone has uploaded it again', async () => {
    const got = await bobSends({ kind: 'image', size: 3000 });
    await fake.admin.post('/faults/media', { status: 410, path: got.message.imageMessage.directPath, times: 100 });
    await assert.rejects(download(got), (error) => error.output.statusCode === 410);
    // the phone of the receiving account does it: it has the message too
    await fake.admin.wait('inbox', { pn: alice, id: got.key.id });
    const fresh = await a.sock.updateMediaMessage(got);
    assert.equal((await download(fresh)).length, 3000);
    assert.equal((await fake.admin.wait('media_retry', { pn: alice })).found, true);
    await fake.admin.post('/faults/clear');
  });

  test('a file that is gone for good cannot be uploaded again', async () => {
    const got = await bobSends({ kind: 'image', size: 3000 });
    await fake.admin.wait('inbox', { pn: alice, id: got.key.id });
    await fake.admin.post('/media/remove', { path: got.message.imageMessage.directPath });
    await assert.rejects(download(got), (error) => error.output.statusCode === 404);
    await assert.rejects(a.sock.updateMediaMessage(got), (error) => error.output.statusCode === 404);
  });

  test('corrupted and cut files do not pass for good ones', async () => {
    const got = await bobSends({ kind: 'image', size: 5000 });
    await fake.admin.post('/faults/media', { corrupt: true });
    const wrong = await download(got);
    assert.notDeepEqual(crypto.createHash('sha256').update(wrong).digest(), Buffer.from(got.message.imageMessage.fileSha256)); // the client itself does not check
    await fake.admin.post('/faults/media', { cut: 1024 }); // not through the client: a cut download is an uncaught exception in it
    await assert.rejects(fetch(got.message.imageMessage.url).then((response) => response.arrayBuffer()));
  });

  test('an upload that fails is reported, and tried with new credentials', async () => {
    await fake.admin.post('/faults/media', { what: 'upload', status: 503 });
    await assert.rejects(a.send(jid(bob), { document: bytes, mimetype: 'text/plain', fileName: 'b' }));
    const sent = await a.send(jid(bob), { document: bytes, mimetype: 'text/plain', fileName: 'b' });
    await fake.admin.wait('inbox', { pn: bob, id: sent.key.id });
  });

  test('a profile picture is told where it is, or that there is none', async () => {
    await assert.rejects(a.sock.profilePictureUrl(jid(bob)), (error) => error.data === 404 || error.output?.statusCode === 404);
    await fake.admin.post('/phone/picture', { pn: bob, data: Buffer.from('picture').toString('base64') });
    const url = await a.sock.profilePictureUrl(jid(bob));
    assert.equal(await (await fetch(url)).text(), 'picture');
  });
});
