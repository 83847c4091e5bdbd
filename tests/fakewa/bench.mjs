// node bench.mjs [devices] [messages per device]: what the server process costs while clients in this process pair, listen and write.
import './src/quiet.mjs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import https from 'node:https';
import { fileURLToPath } from 'node:url';
import { Client } from './test/support.mjs';

const [devices = 100, messages = 5] = process.argv.slice(2).map(Number);
const server = spawn(process.execPath, [fileURLToPath(new URL('main.mjs', import.meta.url)), '--with-parent'], { stdio: ['pipe', 'pipe', 'inherit'] });
const info = JSON.parse((await once(server.stdout, 'data'))[0]);
const post = async (path, body) => (await fetch(info.admin + path, { method: 'POST', body: JSON.stringify(body) })).json();
const get = async (path) => (await fetch(info.admin + path)).json();
const clockTick = 100;

function cost() {
  const stat = fs.readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return { cpu: (Number(stat[11]) + Number(stat[12])) / clockTick, rss: Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) / 1024 };
}
async function phase(name, count, work) {
  const [before, begin] = [cost(), performance.now()];
  await work();
  const after = cost();
  const wall = (performance.now() - begin) / 1000;
  process.stdout.write(`${name.padEnd(28)} ${String(count).padStart(6)}  ${wall.toFixed(2).padStart(7)} s wall  ${(1000 * (after.cpu - before.cpu) / count).toFixed(2).padStart(7)} ms server CPU each  ${after.rss.toFixed(0).padStart(5)} MB\n`);
}

const agent = new https.Agent({ ca: fs.readFileSync(info.ca) });
const pn = (index) => String(15551000000 + index);
const clients = [];
await phase('accounts', 5000, () => post('/accounts', { first: '4915550000000', count: 5000 }));
await phase('devices paired', devices, async () => {
  for (let index = 0; index < devices; index++) {
    const client = new Client({ url: info.ws, agent }, { persistent: true }).connect();
    await post('/scan', { pn: pn(index), qr: await client.qr() });
    await client.open({ timeout: 600000 });
    await client.on('messaging-history.set', (set) => set.syncType === 3);
    clients.push(client);
  }
});
await phase('idle seconds', 5, () => new Promise((resolve) => { setTimeout(resolve, 5000); }));
const lost = clients.flatMap((client) => client.lost ?? []);
if (lost.length) process.stdout.write(`clients lost their connection ${lost.length} times: ${lost.join()}\n`);
process.stdout.write(`connected: ${(await get('/state')).connections}\n`);
await phase('phone to device', devices * messages, async () => {
  await Promise.all(clients.map((client, index) => post('/phone/burst', { from: `4915550000${String(index).padStart(3, '0')}`, to: pn(index), count: messages })));
  await Promise.all(clients.map((client) => client.text(`burst ${messages - 1}`, { timeout: 600000 })));
});
await phase('device to phone', devices * messages, () => Promise.all(clients.map(async (client, index) => {
  for (let number = 0; number < messages; number++) await client.sock.sendMessage(`4915550000${String(index).padStart(3, '0')}@s.whatsapp.net`, { text: `m ${number}` });
  await get(`/wait?what=inbox&pn=4915550000${String(index).padStart(3, '0')}&text=m%20${messages - 1}&timeout=120000`);
})));
const { errors } = await get('/state');
process.stdout.write(`errors: ${JSON.stringify(errors)}\n`);
server.kill();
process.exit(0);
