// whatsapp-api-js, unmodified: it escapes a webhook's body before hashing it, so only the ASCII form that Meta sends verifies.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { WhatsAppAPI } from 'whatsapp-api-js';
import { Text } from 'whatsapp-api-js/messages';
import { startReceiver, startSimulator, waitFor } from './support.mjs';

let receiver, simulator, api;
before(async () => {
  receiver = await startReceiver();
  simulator = await startSimulator(receiver.url);
  api = new WhatsAppAPI({
    token: simulator.access_token,
    appSecret: simulator.app_secret,
    webhookVerifyToken: simulator.verify_token,
    v: 'v23.0',
    // It has no option for the address: its fetch is pointed at the simulator.
    ponyfill: { fetch: (url, options) => fetch(String(url).replace('https://graph.facebook.com', simulator.simulator_url), options) },
  });
});
after(async () => { await simulator?.stop(); receiver?.close(); });

const emoji = 'Ça va? 🎉👩‍🚀 https://example.org/a/b "quoted" \\ back';

async function webhookWith(text) {
  return waitFor(() => receiver.received.find((one) => one.body.entry[0].changes[0].value.messages?.[0]?.text?.body === text), 'the webhook');
}

test('whatsapp-api-js verifies and reads a webhook full of emoji, slashes and quotes', async () => {
  await simulator.write('99900000210', { type: 'text', text: { body: emoji } });
  const webhook = await webhookWith(emoji);
  let seen;
  api.on.message = ({ from, message }) => { seen = { from, body: message.text.body }; };
  await api.post(webhook.body, webhook.raw.toString('utf8'), webhook.headers['x-hub-signature-256']);
  assert.deepEqual(seen, { from: '99900000210', body: emoji });
  assert.ok(webhook.raw.every((byte) => byte < 0x80), 'the bytes are ASCII');
});

test('whatsapp-api-js refuses a webhook whose signature belongs to another body', async () => {
  await simulator.write('99900000220', { type: 'text', text: { body: 'first' } });
  await simulator.write('99900000220', { type: 'text', text: { body: 'second' } });
  const first = await webhookWith('first');
  const second = await webhookWith('second');
  await assert.rejects(api.post(first.body, first.raw.toString('utf8'), second.headers['x-hub-signature-256']));
});

test('whatsapp-api-js reads the statuses of what it sent', async () => {
  const to = '99900000230';
  await simulator.write(to, { type: 'text', text: { body: 'hello' } });
  const sent = await api.sendMessage(simulator.phone_number_id, to, new Text('from whatsapp-api-js'));
  assert.match(sent.messages?.[0]?.id ?? '', /^wamid\./);
  const read = await waitFor(() => receiver.received.find((one) => {
    const status = one.body.entry[0].changes[0].value.statuses?.[0];
    return status?.id === sent.messages[0].id && status.status === 'read';
  }), 'the read status');
  let seen;
  api.on.status = ({ id, status }) => { seen = { id, status }; };
  await api.post(read.body, read.raw.toString('utf8'), read.headers['x-hub-signature-256']);
  assert.deepEqual(seen, { id: sent.messages[0].id, status: 'read' });
});
