// @kapso/whatsapp-cloud-api, unmodified, against the simulator: as a sender by its baseUrl, as a receiver of real webhooks.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { WhatsAppClient, GraphApiError } from '@kapso/whatsapp-cloud-api';
import { verifySignature, normalizeWebhook } from '@kapso/whatsapp-cloud-api/server';
import { png, startReceiver, startSimulator, waitFor } from './support.mjs';

let receiver, simulator, client, from;
before(async () => {
  receiver = await startReceiver();
  simulator = await startSimulator(receiver.url);
  from = simulator.phone_number_id;
  client = new WhatsAppClient({ accessToken: simulator.access_token, baseUrl: simulator.simulator_url });
});
after(async () => { await simulator?.stop(); receiver?.close(); });

const customer = '99900000100';
const lastTo = async (to) => (await simulator.messages()).find((message) => message.to.replace('+', '') === to);
const normalized = () => receiver.received.map((webhook) => normalizeWebhook(webhook.body));

async function opened(number) {
  await simulator.write(number, { type: 'text', text: { body: 'hello' } });
  return number;
}

test('kapso sends a text', async () => {
  const to = await opened('99900000110');
  const answer = await client.messages.sendText({ phoneNumberId: from, to, body: 'Grüße 🎉' });
  assert.equal(answer.messagingProduct ?? answer.messaging_product, 'whatsapp');
  assert.match(answer.messages[0].id, /^wamid\./);
  assert.equal((await lastTo(to)).body.text.body, 'Grüße 🎉');
});

test('kapso uploads a file, sends it, reads its data and downloads the same bytes', async () => {
  const to = await opened('99900000120');
  const uploaded = await client.media.upload({ phoneNumberId: from, type: 'image', file: new Blob([png], { type: 'image/png' }), fileName: 'dot.png' });
  assert.match(uploaded.id, /^\d+$/);
  const sent = await client.messages.sendImage({ phoneNumberId: from, to, image: { id: uploaded.id, caption: 'a dot' } });
  assert.match(sent.messages[0].id, /^wamid\./);
  assert.deepEqual((await lastTo(to)).body.image, { id: uploaded.id, caption: 'a dot' });
  const data = await client.media.get({ mediaId: uploaded.id, phoneNumberId: from });
  assert.equal(data.mimeType ?? data.mime_type, 'image/png');
  const bytes = await client.media.download({ mediaId: uploaded.id, phoneNumberId: from, auth: 'always' });
  assert.deepEqual(Buffer.from(bytes), png);
});

test('kapso creates a template, waits for its approval and sends it', async () => {
  const waba = simulator.waba_id;
  await client.templates.create({ businessAccountId: waba, name: 'order_ready', language: 'en_US', category: 'UTILITY',
    components: [{ type: 'BODY', text: 'Hi {{1}}, your order is ready.', example: { bodyText: [['Ada']] } }] });
  await waitFor(async () => (await client.templates.list({ businessAccountId: waba, name: 'order_ready' })).data
    .some((template) => template.status === 'APPROVED'), 'the approval');
  const to = '99900000130'; // never wrote: only a template may open the conversation
  const sent = await client.messages.sendTemplate({ phoneNumberId: from, to, template: { name: 'order_ready', language: { code: 'en_US' },
    components: [{ type: 'body', parameters: [{ type: 'text', text: 'Ada' }] }] } });
  assert.match(sent.messages[0].id, /^wamid\./);
  assert.equal((await lastTo(to)).body.template.name, 'order_ready');
});

test('kapso maps a template that does not exist', async () => {
  const failing = client.messages.sendTemplate({ phoneNumberId: from, to: customer, template: { name: 'no_such_template', language: { code: 'en_US' } } });
  await assert.rejects(failing, (error) => error instanceof GraphApiError && error.code === 132001 && error.category === 'template' && error.isTemplateError());
});

test('kapso maps the pair limit to throttling and a bad token to authorization', async () => {
  await assert.rejects(client.messages.sendText({ phoneNumberId: from, to: '99911310560', body: 'x' }),
    (error) => error instanceof GraphApiError && error.code === 131056 && error.isRateLimit());
  const stranger = new WhatsAppClient({ accessToken: 'EAAnot-a-token', baseUrl: simulator.simulator_url });
  await assert.rejects(stranger.messages.sendText({ phoneNumberId: from, to: customer, body: 'x' }),
    (error) => error instanceof GraphApiError && error.code === 190 && error.httpStatus === 401 && error.isAuthError());
});

test('kapso maps a wrong parameter and a bare server error', async () => {
  await assert.rejects(client.messages.sendText({ phoneNumberId: from, to: customer, body: 'x'.repeat(4097) }),
    (error) => error.name === 'ZodError' || (error instanceof GraphApiError && error.code === 100));
  await assert.rejects(client.messages.sendText({ phoneNumberId: from, to: '99940005030', body: 'x' }),
    (error) => error instanceof GraphApiError && error.httpStatus === 503 && error.category === 'server');
});

test('kapso marks a message as read', async () => {
  const written = await simulator.write('99900000140', { type: 'text', text: { body: 'read me' } });
  const answer = await client.messages.markRead({ phoneNumberId: from, messageId: written.id });
  assert.equal(answer.success, true);
});

test('kapso verifies every webhook signature and refuses a changed body', async () => {
  await simulator.write('99900000150', { type: 'text', text: { body: 'Signed 🙂 a/b' } });
  const webhook = await waitFor(() => receiver.received.find((one) => normalizeWebhook(one.body).messages[0]?.text?.body === 'Signed 🙂 a/b'), 'the webhook');
  for (const one of receiver.received) {
    assert.equal(verifySignature({ appSecret: simulator.app_secret, rawBody: one.raw, signatureHeader: one.headers['x-hub-signature-256'] }), true);
  }
  const signatureHeader = webhook.headers['x-hub-signature-256'];
  const changed = Buffer.from(webhook.raw);
  changed[changed.length - 3] ^= 1;
  assert.equal(verifySignature({ appSecret: simulator.app_secret, rawBody: changed, signatureHeader }), false);
  assert.equal(verifySignature({ appSecret: 'another secret', rawBody: webhook.raw, signatureHeader }), false);
});

test('kapso normalises an inbound message and the statuses of a sent one', async () => {
  const to = '99900000160';
  await simulator.write(to, { name: 'Ada', type: 'text', text: { body: 'normal' } });
  const inbound = await waitFor(() => normalized().find((one) => one.messages[0]?.text?.body === 'normal'), 'the message');
  assert.equal(inbound.phoneNumberId, from);
  assert.equal(inbound.messages[0].from, to);
  assert.equal(inbound.contacts[0].profile.name, 'Ada');
  const sent = await client.messages.sendText({ phoneNumberId: from, to, body: 'follow me' });
  const id = sent.messages[0].id;
  const seen = () => normalized().flatMap((one) => one.statuses).filter((status) => status.id === id).map((status) => status.status);
  await waitFor(() => seen().includes('read'), 'the read status');
  assert.deepEqual([...new Set(seen())].sort(), ['delivered', 'read', 'sent']);
});
