// The fake server, put together. start(options) listens on loopback and gives an object with close().
import { silentLogger } from './quiet.mjs';
import http from 'node:http';
import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { makeKeyPair } from './curve.mjs';
import { Journal } from './journal.mjs';
import { World } from './world/world.mjs';
import { Connection } from './transport/connection.mjs';
import { makeChain } from './transport/certificates.mjs';
import { checkShape, plainShape } from './transport/shape.mjs';
import { Delivery } from './server/delivery.mjs';
import { Faults } from './server/faults.mjs';
import { Relay } from './server/relay.mjs';
import { Receipts } from './server/receipts.mjs';
import { Groups } from './server/groups.mjs';
import { Pairing } from './server/pairing.mjs';
import { Login } from './server/login.mjs';
import { Stanzas } from './server/stanzas.mjs';
import { Bundles } from './server/iq/encrypt.mjs';
import { startMedia } from './media/server.mjs';

export const logger = silentLogger;
const maxConnections = 5000;
const maxFrame = 2 ** 24 + 16;

/** options: addressing 'pn' | 'lid', groupAddressing, preKeyLow, qrRefs, minVersion, port */
export async function start(options = {}) {
  const journal = new Journal();
  const settings = { preKeyLow: 10, qrRefs: 6, minVersion: 0, groupAddressing: undefined, ...options };
  const world = new World(settings);
  const media = await startMedia({ journal });
  const services = world.services;
  Object.assign(services, { world, journal, media, settings, faults: new Faults() });
  services.delivery = new Delivery(services);
  services.bundles = new Bundles(services);
  services.relay = new Relay(services);
  services.receipts = new Receipts(services);
  services.groups = new Groups(services);
  services.pairing = new Pairing(services);
  const login = new Login(services);
  const stanzas = new Stanzas(services);

  const root = makeKeyPair();
  const staticKey = makeKeyPair();
  let chain = makeChain(root, staticKey.public);
  const connections = new Set();
  const shapes = new Map([['*', plainShape]]);
  const who = (connection) => connection.device?.name ?? `new:${connection.number}`;
  const fault = (error) => journal.append('fault', { error: error.message });

  const server = http.createServer((request, response) => {
    response.statusCode = 404;
    response.end();
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxFrame, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const refusal = services.faults.nextUpgradeFailure() ?? (connections.size >= maxConnections ? 503 : undefined);
    if (refusal === 'cut') return socket.destroy();
    if (refusal) return socket.end(`HTTP/1.1 ${Number(refusal)} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    return sockets.handleUpgrade(request, socket, head, accept);
  });

  function accept(socket) {
    const connection = new Connection(socket, { staticKey, chain, shape: shapes.get('*'), handlers: {
      onLogin: (payload, key) => {
        connection.writer.set(shapes.get(String(payload.username ?? '')) ?? shapes.get('*'));
        return login.handle(connection, payload, key);
      },
      onStanza: (node) => {
        journal.append('stanza', { dir: 'in', who: who(connection), node });
        return stanzas.handle(connection, node);
      },
      onSent: (node) => journal.append('stanza', { dir: 'out', who: who(connection), node }),
      onFault: fault,
      onClose: () => {
        connections.delete(connection);
        services.pairing.forget(connection);
        const { device } = connection;
        if (device?.connection === connection) {
          device.queue.sleep();
          device.connection = null;
        }
        journal.append('closed', { connection: connection.number, ...(device ? { pn: device.account.pn, device: device.id } : {}) });
      },
    } });
    connections.add(connection);
  }
  server.listen(settings.port ?? 0, '127.0.0.1');
  await once(server, 'listening');

  return { ...services, settings,
    url: `ws://127.0.0.1:${server.address().port}/ws/chat`,
    rootKey: root.public.toString('hex'),
    connections,
    /** How bytes travel from now on, for one account or '*'. */
    setWire(pn, wish) {
      const shape = checkShape(wish);
      shapes.set(String(pn ?? '*'), shape);
      for (const connection of connections) if (pn === undefined || pn === '*' || connection.device?.account.pn === String(pn)) connection.writer.set(shape);
      return shape;
    },
    setCertificate(kind) { chain = makeChain(root, staticKey.public, kind); },
    async close() {
      journal.close();
      for (const connection of connections) connection.terminate();
      sockets.close();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await media.close();
    } };
}
