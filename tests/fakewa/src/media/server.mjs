// The media host: takes and gives ciphertext over HTTPS, checks what the real one checks, misbehaves on request.
import crypto from 'node:crypto';
import https from 'node:https';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { base64url, sha256 } from '../bytes.mjs';
import { loopbackCertificate } from './certificate.mjs';
import { BlobStore } from './store.mjs';
import { MediaFaults } from './faults.mjs';

const maxUpload = 110 * 1024 * 1024;

async function readBody(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > maxUpload) throw Object.assign(new Error('too large'), { status: 413 });
    parts.push(part);
  }
  return Buffer.concat(parts);
}

export async function startMedia({ journal }) {
  const { ca, cert, key } = loopbackCertificate();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fakewa-'));
  const caFile = path.join(folder, 'ca.pem');
  fs.writeFileSync(caFile, ca);
  const store = new BlobStore();
  const faults = new MediaFaults();
  const auth = crypto.randomBytes(24).toString('base64url');

  async function upload(request, response, url) {
    const body = await readBody(request);
    const fault = faults.take('upload', url.pathname);
    if (fault?.delay) await new Promise((resolve) => { setTimeout(resolve, fault.delay); });
    const kind = url.pathname.split('/')[2] ?? '';
    const status = fault?.status ?? (url.searchParams.get('auth') !== auth ? 401 : url.searchParams.get('token') !== base64url(sha256(body)) ? 400 : 200);
    journal.append('upload', { kind, size: body.length, status });
    response.statusCode = status;
    response.setHeader('content-type', 'application/json');
    if (status !== 200) return response.end(JSON.stringify({ error: status }));
    const { url: address, directPath } = store.put(kind, body);
    return response.end(JSON.stringify({ url: address, direct_path: directPath }));
  }
  async function download(request, response, url) {
    const fault = faults.take('download', url.pathname);
    if (fault?.delay) await new Promise((resolve) => { setTimeout(resolve, fault.delay); });
    let bytes = store.get(url.pathname);
    const status = fault?.status ?? (bytes ? 200 : 404);
    journal.append('download', { path: url.pathname, status });
    response.statusCode = status;
    if (status !== 200) return response.end();
    if (fault?.corrupt) {
      bytes = Buffer.from(bytes);
      bytes[0] ^= 0xff;
    }
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    if (from !== undefined) {
      response.statusCode = 206;
      bytes = bytes.subarray(Number(from), to ? Number(to) + 1 : undefined);
    }
    response.setHeader('content-length', bytes.length);
    if (fault?.cut === undefined) return response.end(bytes);
    response.write(bytes.subarray(0, fault.cut), () => request.socket.destroy());
    return undefined;
  }

  const server = https.createServer({ key, cert }, (request, response) => {
    const url = new URL(request.url, 'https://media');
    const handler = request.method === 'POST' ? upload : download;
    handler(request, response, url).catch((error) => {
      response.statusCode = error.status ?? 500;
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  store.host = `127.0.0.1:${server.address().port}`;
  return { host: store.host, ca, caFile, auth, store, faults, close: () => new Promise((resolve) => {
    fs.rmSync(folder, { recursive: true, force: true });
    server.close(resolve);
    server.closeAllConnections();
  }) };
}
