/** The proxy-url of a kubeconfig is honoured: a tunnel for TLS, forwarding without. */

import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { sendJson, tlsPath } from '../../support/scripted-api-server.ts';
import { clientFor, get } from './connected.ts';
import { startServer, useKubeconfig } from './support.ts';

type Proxy = { readonly url: string; readonly seen: string[] };

/** Tunnels CONNECT to whatever is asked for; a request to be forwarded is answered by itself. */
async function startProxy(t: TestContext): Promise<Proxy> {
  const seen: string[] = [];
  const sockets = new Set<net.Socket>();
  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    sendJson(response, 200, { by: 'proxy' });
  });
  server.on('connect', (request, socket: net.Socket, head) => {
    seen.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
    const port = Number(request.url?.split(':').at(-1));
    const upstream = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    for (const one of [socket, upstream]) one.on('error', () => one.destroy());
    sockets.add(socket).add(upstream);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://me:pw@127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

test('a TLS server is reached through a tunnel, whose certificate is checked as ever', async (t) => {
  const proxy = await startProxy(t);
  const server = await startServer(t, (_, response) => sendJson(response, 200, {}), {
    certificate: 'server',
  });
  useKubeconfig(
    t,
    { server: server.url, 'proxy-url': proxy.url, 'certificate-authority': tlsPath('ca.crt') },
    { token: 'secret' },
  );
  const { client } = await clientFor(t);
  assert.equal((await get(client)).kind, 'ok');
  assert.equal((await get(client)).kind, 'ok');
  assert.deepEqual(proxy.seen, [`CONNECT 127.0.0.1:${server.port} Basic ${btoa('me:pw')}`]);
  assert.equal(server.asked[0]?.headers.authorization, 'Bearer secret');
  assert.equal(server.asked[0]?.headers['proxy-authorization'], undefined);
});

test('a plain server is asked through the proxy', async (t) => {
  const proxy = await startProxy(t);
  useKubeconfig(t, { server: 'http://api.test:8001', 'proxy-url': proxy.url }, { token: 'secret' });
  const reply = await get((await clientFor(t)).client);
  assert.deepEqual(reply.kind === 'ok' && reply.body, { by: 'proxy' });
  assert.deepEqual(proxy.seen, ['GET http://api.test:8001/version']);
});
