// A JSON API over loopback HTTP. Routes are "METHOD /path" -> function of the query or body; an error's status becomes the answer's.
import http from 'node:http';
import { once } from 'node:events';

const maxBody = 96 * 1024 * 1024;

async function readJson(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > maxBody) throw Object.assign(new Error('the body is too large'), { status: 413 });
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString('utf8');
  if (!text) return {};
  const value = JSON.parse(text);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw Object.assign(new Error('the body is a JSON object'), { status: 400 });
  return value;
}

export async function startAdmin(routes, port = 0) {
  const server = http.createServer((request, response) => {
    const answer = (status, value) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value ?? {}));
    };
    const url = new URL(request.url, 'http://admin');
    const route = routes[`${request.method} ${url.pathname}`];
    if (!route) return answer(404, { error: { message: `no route ${request.method} ${url.pathname}` } });
    const input = request.method === 'GET' ? Promise.resolve(url.searchParams) : readJson(request);
    return input.then(route).then((value) => answer(200, value), (error) => answer(error.status ?? 400, { error: { message: error.message } }));
  });
  server.keepAliveTimeout = 600000; // a test machine may be slow: a connection being reused must not be closed at that moment
  server.requestTimeout = 0;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  }) };
}
