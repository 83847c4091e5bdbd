// How bytes travel, and what a client that checks certificates accepts.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { Curve, WA_CERT_DETAILS } from 'baileys';
import { Client, paired, startFake } from './support.mjs';
import { isSignedBy } from '../src/curve.mjs';
import { chainKinds } from '../src/transport/certificates.mjs';

const settled = (socket) => new Promise((resolve) => { socket.on('close', resolve); });

describe('wire', () => {
  let fake;
  const clients = [];
  const own = (client) => (clients.push(client), client);
  before(async () => { fake = await startFake(); });
  after(async () => {
    await Promise.all(clients.map((client) => client.stop()));
    await fake.close();
  });

  let next = 15550003000;
  for (const shape of [{ compress: 'always' }, { pieces: 'bytes' }, { pieces: 'random', coalesce: true, compress: 'sometimes', seed: 42 }, { coalesce: true, latency: 20 }]) {
    test(`pairing and messages work with ${JSON.stringify(shape)}`, async () => {
      await fake.admin.post('/wire', shape);
      const pn = String(++next);
      const client = own(await paired(fake, pn));
      await fake.admin.post('/phone/burst', { from: '15550003900', to: pn, count: 30, text: 'shaped' });
      for (let index = 0; index < 30; index++) await client.text(`shaped ${index}`);
      const sent = await client.send(fake.world.account('15550003900').pnJid(), { text: 'back' });
      await client.status(sent.key.id, 3);
      await fake.admin.post('/wire', {});
    });
  }
  before(() => fake.admin.post('/accounts', { pn: '15550003900' }));

  test('random bytes, a wrong intro and a wrong handshake end a connection and nothing else', async () => {
    for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from([0x57, 0x41, 6, 3, 0xff, 0xff, 0xff]), Buffer.from([0x57, 0x41, 6, 3, 0, 0, 4, 1, 2, 3, 4]), Buffer.from([0x45, 0x44, 0, 1, 0xff, 0xff, 0xff, 0])]) {
      const socket = new WebSocket(fake.url);
      await new Promise((resolve) => { socket.on('open', resolve); });
      socket.send(bytes);
      await settled(socket);
    }
    const client = own(new Client(fake).connect());
    await client.qr();
  });

  test('a client that checks signatures takes the good chain of the printed root and refuses every other', async () => {
    // The npm client's own verify() says true whatever the signature; this one looks.
    const { verify } = Curve;
    const original = WA_CERT_DETAILS.PUBLIC_KEY;
    assert.equal(verify(Buffer.alloc(32, 9), Buffer.from('x'), Buffer.alloc(64)), true);
    Curve.verify = isSignedBy;
    const verdict = async (kind) => {
      await fake.admin.post('/certificate', { kind });
      const client = own(new Client(fake).connect());
      return Promise.race([client.qr().then(() => 'accepted'), client.closed().then(() => 'refused')]);
    };
    try {
      assert.equal(await verdict('good'), 'refused', 'the root in the client is WhatsApp\'s');
      WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(fake.rootKey, 'hex');
      assert.equal(await verdict('good'), 'accepted');
      assert.equal(await verdict('other_root'), 'refused');
      assert.equal(await verdict('forged_leaf'), 'refused');
      await fake.admin.post('/certificate', { kind: 'good' });
      await paired(fake, '15550003950').then(own);
    } finally {
      Curve.verify = verify;
      WA_CERT_DETAILS.PUBLIC_KEY = original;
      await fake.admin.post('/certificate', { kind: 'good' });
    }
    assert.ok(chainKinds.includes('expired'));
  });
});
