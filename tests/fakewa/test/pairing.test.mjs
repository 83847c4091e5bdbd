import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Client, paired, startFake } from './support.mjs';

const clients = [];
const own = (client) => (clients.push(client), client);
const closeAll = () => Promise.all(clients.splice(0).map((client) => client.stop()));
const refused = (status) => (error) => error.status === status;

describe('pairing', () => {
  let fake;
  before(async () => { fake = await startFake(); });
  after(async () => {
    await closeAll();
    assert.deepEqual((await fake.admin.get('/state')).errors, []);
    await fake.close();
  });

  test('a scanned QR code links a device, which logs in by itself after the restart it is told to make', async () => {
    const client = own(await paired(fake, '15550000001'));
    const account = await fake.admin.get('/account', { pn: '15550000001' });
    assert.equal(client.sock.user.id, '15550000001:1@s.whatsapp.net');
    assert.equal(client.sock.user.lid, `${account.lid}:1@lid`);
    assert.equal(account.devices[0].active, true);
    assert.ok(account.devices[0].preKeys >= 800);
    assert.ok(client.of('connection.update').some((update) => update.isNewLogin));
  });

  test('the account key and history of the phone reach a new device', async () => {
    const client = own(await paired(fake, '15550000002'));
    assert.ok(client.auth.creds.myAppStateKeyId);
    assert.ok(client.of('messaging-history.set').length >= 1);
  });

  test('a code typed into the phone links a device', async () => {
    const client = own(new Client(fake).connect());
    await client.qr();
    const code = await client.sock.requestPairingCode('15550000003');
    const linked = await fake.admin.post('/code', { pn: '15550000003', code });
    await client.open();
    assert.equal(linked.jid, '15550000003:1@s.whatsapp.net');
    assert.equal(client.sock.user.id, linked.jid);
  });

  test('a wrong code links nothing', async () => {
    const client = own(new Client(fake).connect());
    await client.qr();
    await client.sock.requestPairingCode('15550000004', 'ABCDEFGH');
    await assert.rejects(fake.admin.post('/code', { pn: '15550000004', code: 'ABCDEFGJ' }), refused(400));
    assert.deepEqual((await fake.admin.get('/account', { pn: '15550000004' })).devices, []);
  });

  test('a QR code of a connection that is gone is refused', async () => {
    const client = own(new Client(fake).connect());
    const qr = await client.qr();
    const { seq } = await fake.admin.get('/state');
    await client.stop();
    await fake.admin.wait('closed', { since: String(seq) });
    await assert.rejects(fake.admin.post('/scan', { pn: '15550000005', qr }), refused(404));
  });

  test('a QR code with another noise key is refused', async () => {
    const client = own(new Client(fake).connect());
    const fields = (await client.qr()).split(',');
    fields[1] = Buffer.alloc(32, 9).toString('base64');
    await assert.rejects(fake.admin.post('/scan', { pn: '15550000005', qr: fields.join(',') }), refused(400));
  });

  test('a wrong secret in the QR code makes the client refuse the account', async () => {
    const client = own(new Client(fake).connect());
    const fields = (await client.qr()).split(',');
    fields[3] = Buffer.alloc(32, 9).toString('base64');
    await assert.rejects(fake.admin.post('/scan', { pn: '15550000005', qr: fields.join(',') }), refused(410));
    assert.deepEqual((await fake.admin.get('/account', { pn: '15550000005' })).devices, []);
  });

  test('an account takes four linked devices and no fifth', async () => {
    for (let device = 1; device <= 4; device++) own(await paired(fake, '15550000006', { history: false }));
    const fifth = own(new Client(fake).connect());
    await assert.rejects(fake.admin.post('/scan', { pn: '15550000006', qr: await fifth.qr() }), refused(409));
    assert.equal((await fake.admin.get('/account', { pn: '15550000006' })).devices.length, 4);
    await fake.admin.post('/unlink', { pn: '15550000006', device: 2 });
    await fake.admin.post('/scan', { pn: '15550000006', qr: await fifth.qr() });
    await fifth.open();
    assert.equal(fifth.sock.user.id, '15550000006:5@s.whatsapp.net');
  });

  test('an account with a passkey asks the device for it after the scan and pairs nothing', async () => {
    await fake.admin.post('/accounts', { pn: '15550000007', passkey: true });
    const client = own(new Client(fake).connect());
    assert.deepEqual(await fake.admin.post('/scan', { pn: '15550000007', qr: await client.qr() }), { passkey: true });
    const notification = await client.on('passkey_prologue_request');
    const options = JSON.parse(Buffer.from(notification.content[0].content).toString());
    assert.equal(options.rpId, 'whatsapp.com');
    assert.deepEqual((await fake.admin.get('/account', { pn: '15550000007' })).devices, []);
  });

  test('an account with a passkey asks for it after a pairing code too', async () => {
    await fake.admin.post('/accounts', { pn: '15550000008', passkey: true });
    const client = own(new Client(fake).connect());
    await client.qr();
    const code = await client.sock.requestPairingCode('15550000008');
    assert.deepEqual(await fake.admin.post('/code', { pn: '15550000008', code }), { passkey: true });
    await client.on('passkey_prologue_request');
  });

  test('a business account tells its name', async () => {
    await fake.admin.post('/accounts', { pn: '15550000009', name: 'Acme', business: true });
    const client = own(await paired(fake, '15550000009'));
    assert.equal(client.auth.creds.platform, 'smba');
    assert.ok(client.of('creds.update').some((update) => update.me?.name === 'Acme'));
  });

  test('QR codes run out when nobody scans', async () => {
    await fake.admin.post('/settings', { qrRefs: 1 });
    const client = own(new Client(fake, { config: { qrTimeout: 50 } }).connect());
    assert.equal(await client.closed(), 408);
    await fake.admin.post('/settings', { qrRefs: 6 });
  });
});
