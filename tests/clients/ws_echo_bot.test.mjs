// The echo bot that Pipes' documentation shows, on the stock `ws` client: it answers each message with its own text.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { startDemo, waitFor } from './support.mjs';

let demo;
before(async () => { demo = await startDemo(); });
after(async () => { await demo?.stop(); });

function startBot() {
  const heard = [];
  const socket = new WebSocket(`${demo.ws_url}?apiKey=${demo.api_key}`);
  socket.on('message', (data) => {
    const message = JSON.parse(data.toString());
    if (message.type !== 'whatsapp_message') return;
    heard.push(message.data.text);
    socket.send(JSON.stringify({ type: 'whatsapp_reply', data: {
      conversationId: message.data.conversationId,
      poolNumberId: message.data.poolNumberId,
      toNumber: message.data.fromNumber,
      text: `You said: ${message.data.text}`,
    } }));
  });
  return { heard, stop: () => new Promise((ended) => { socket.on('close', ended); socket.close(); }) };
}

const echoes = async () => (await demo.sent()).map((message) => message.body.text?.body).filter((text) => text?.startsWith('You said: '));

test('the echo bot answers, and what came while it was stopped arrives in order when it is back', async () => {
  const bot = startBot();
  await waitFor(() => bot.heard.length >= 1);  // what the demo's customer wrote first
  const opening = bot.heard[0];
  await demo.write('one');
  await waitFor(async () => (await echoes()).includes('You said: one'));
  await bot.stop();

  const away = ['two', 'three', 'four', 'five'];
  for (const text of away) await demo.write(text);
  const again = startBot();
  await waitFor(() => again.heard.length >= away.length);
  assert.deepEqual(again.heard, away);
  await waitFor(async () => (await echoes()).length >= 2 + away.length);
  assert.deepEqual(await echoes(), [opening, 'one', ...away].map((text) => `You said: ${text}`));
  await again.stop();
});
