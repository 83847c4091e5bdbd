// The stand-alone fake server: prints one JSON line { ws, admin, media, ca, rootKey } and is driven over its admin address from then on.
// Options: --port N --admin-port N --addressing pn|lid. It ends on SIGTERM, SIGINT, or when its standard input closes with --with-parent.
import './src/quiet.mjs';
import { parseArgs } from 'node:util';
import { start } from './src/server.mjs';
import { serveAdmin } from './src/admin/index.mjs';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' }, 'admin-port': { type: 'string', default: '0' }, addressing: { type: 'string', default: 'pn' }, 'with-parent': { type: 'boolean', default: false } } });
const fake = await start({ port: Number(values.port), addressing: values.addressing });
const admin = await serveAdmin(fake, Number(values['admin-port']));

async function stop() {
  await Promise.all([fake.close(), admin.close()]);
  process.exit(0);
}
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, stop);
if (values['with-parent']) process.stdin.on('end', stop).resume();
process.on('unhandledRejection', (error) => fake.journal.append('fault', { error: `unhandled: ${error?.message}` }));

process.stdout.write(`${JSON.stringify({ ws: fake.url, admin: admin.url, media: fake.media.host, ca: fake.media.caFile, rootKey: fake.rootKey })}\n`);
