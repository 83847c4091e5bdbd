// @great-detail/whatsapp, unmodified, by its prefixUrl.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import Client from '@great-detail/whatsapp';
import { png, startReceiver, startSimulator, waitFor } from './support.mjs';

let receiver, simulator, client, phoneNumberID;
before(async () => {
  receiver = await startReceiver();
  simulator = await startSimulator(receiver.url);
  phoneNumberID = simulator.phone_number_id;
  client = new Client({ prefixUrl: simulator.simulator_url, request: { headers: { Authorization: `Bearer ${simulator.access_token}` }, retry: 0 } });
});
after(async () => { await simulator?.stop(); receiver?.close(); });

test('great-detail sends a text', async () => {
  const to = '99900000310';
  await simulator.write(to, { type: 'text', text: { body: 'hello' } });
  const sent = await client.message.createMessage({ phoneNumberID, to, type: 'text', text: { body: 'from great-detail' } }).json();
  assert.match(sent.messages[0].id, /^wamid\./);
  assert.equal(sent.contacts[0].wa_id, to);
  assert.equal((await simulator.messages()).find((one) => one.id === sent.messages[0].id).body.text.body, 'from great-detail');
});

test('great-detail uploads a file and gets a link to it', async () => {
  const uploaded = await client.media.upload({ phoneNumberID, file: new Blob([png], { type: 'image/png' }), filename: 'dot.png', mimeType: 'image/png' }).json();
  assert.match(uploaded.id, /^\d+$/);
  const link = await client.media.getURL({ mediaID: uploaded.id, phoneNumberID }).json();
  assert.equal(link.mime_type, 'image/png');
  assert.equal(Number(link.file_size), png.length);
  assert.ok(URL.canParse(link.url));
});

test('great-detail reads the number', async () => {
  const number = await client.phoneNumbers.getPhoneNumber({ phoneNumberID, fields: ['display_phone_number', 'verified_name'] }).json();
  assert.equal(number.id, phoneNumberID);
  assert.deepEqual(Object.keys(number).sort(), ['display_phone_number', 'id', 'verified_name']);
});

test('great-detail gets the Graph error of a refused send', async () => {
  const failing = client.message.createMessage({ phoneNumberID, to: '99911310260', type: 'text', text: { body: 'x' } }).json();
  const error = await failing.then(() => assert.fail('it was accepted'), (refused) => refused);
  const body = await error.response.json();
  assert.equal(body.error.code, 131026);
  assert.equal(typeof body.error.fbtrace_id, 'string');
  assert.equal(typeof body.error.error_data.details, 'string');
});

test('great-detail checks the signature of a webhook', async () => {
  await simulator.write('99900000320', { type: 'text', text: { body: 'signed 🙂' } });
  const webhook = await waitFor(() => receiver.received.find((one) => one.body.entry[0].changes[0].value.messages?.[0]?.text?.body === 'signed 🙂'), 'the webhook');
  const event = await client.webhook.eventNotification({ method: 'POST', headers: webhook.headers, body: webhook.raw.toString('utf8'), query: {} });
  assert.equal(await event.checkSignature(simulator.app_secret), true);
  assert.equal(await event.checkSignature('another secret'), false);
});
