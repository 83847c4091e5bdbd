// The stand-alone process and its admin API over HTTP, as tests in other languages use it.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client } from './support.mjs';

describe('the process', () => {
  let child;
  let printed = '';
  let info;
  let client;
  const request = async (method, path, body) => {
    const response = await fetch(info.admin + path, { method, body: body && (typeof body === 'string' ? body : JSON.stringify(body)) });
    return { status: response.status, json: await response.json() };
  };
  const get = (path) => request('GET', path);
  const post = (path, body) => request('POST', path, body);

  before(async () => {
    child = spawn(process.execPath, [fileURLToPath(new URL('../main.mjs', import.meta.url)), '--with-parent', '--addressing', 'lid'], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdout.on('data', (data) => { printed += data; });
    child.stderr.on('data', (data) => { printed += data; });
    while (!printed.includes('\n')) await once(child.stdout, 'data');
    info = JSON.parse(printed);
  });
  after(async () => {
    await client?.stop();
    const ended = once(child, 'exit');
    child.stdin.end();
    assert.deepEqual((await ended)[0], 0);
    assert.equal(printed.trim().split('\n').length, 1, 'it printed one line and nothing after');
    assert.equal(fs.existsSync(info.ca), false);
  });

  test('prints where everything is', () => {
    assert.deepEqual(Object.keys(info).sort(), ['admin', 'ca', 'media', 'rootKey', 'ws']);
    assert.match(info.ws, /^ws:\/\/127\.0\.0\.1:\d+\/ws\/chat$/);
    assert.match(info.rootKey, /^[0-9a-f]{64}$/);
  });

  test('a client pairs with it and writes to a phone, all over HTTP', async () => {
    client = new Client({ url: info.ws, agent: new https.Agent({ ca: fs.readFileSync(info.ca) }) }).connect();
    const linked = await post('/scan', { pn: '15550000001', qr: await client.qr() });
    assert.equal(linked.json.jid, '15550000001:1@s.whatsapp.net');
    await client.open();
    const { json } = await post('/accounts', { pn: '15550000002' });
    await client.send(`${json.accounts[0].lid}@lid`, { text: 'over HTTP' });
    const found = await get('/wait?what=inbox&pn=15550000002&text=over%20HTTP&timeout=90000');
    assert.equal(found.json.entry.senderPn, '15550000001');
  });

  test('answers what is wrong with a request', async () => {
    assert.equal((await get('/nowhere')).status, 404);
    assert.equal((await post('/scan', { pn: '15550000001', qr: 'nonsense' })).status, 400);
    assert.equal((await post('/accounts', 'not json')).status, 400);
    assert.equal((await post('/accounts', '[]')).status, 400);
    assert.equal((await post('/phone/send', { from: '1', to: '2', kind: 'text', text: 'x' })).status, 404);
    assert.equal((await post('/phone/send', { from: '15550000001', to: '15550000002', kind: 'nonsense' })).status, 400);
    assert.equal((await post('/kick', { pn: '15550000001', device: 9, how: 'drop' })).status, 404);
    assert.equal((await get('/wait?what=inbox&text=never&timeout=30')).status, 408);
    assert.equal((await get('/wait?timeout=soon')).status, 400);
  });

  test('logs stanzas without their bytes', async () => {
    const { json } = await get('/stanzas?limit=3000');
    const text = JSON.stringify(json);
    assert.ok(json.entries.some((entry) => entry.node.tag === 'message'));
    assert.ok(!text.includes('"type":"Buffer"') && !text.includes('"data":['));
  });

  test('makes many accounts at once', async () => {
    const begin = performance.now();
    const { json } = await post('/accounts', { first: '4915550000000', count: 1000 });
    assert.equal(json.accounts.length, 1000);
    assert.ok(performance.now() - begin < 20000);
  });
});
