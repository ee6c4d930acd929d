/** Configuration, TLS and connections, each against a server that sees what arrives. */

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { connect } from '../../../src/adapters/kubernetes/connection.ts';
import { seconds } from '../../../src/domain/time.ts';
import { sendJson, tlsFile, tlsPath } from '../../support/scripted-api-server.ts';
import { SteppedClock } from '../../support/stepped-clock.ts';
import { base64, clientFor, get } from './connected.ts';
import { clientOn, kubeconfig, never, scratch, setEnv, startServer, useKubeconfig } from './support.ts';

test('a bearer token, the user agent and the path prefix of the server are sent', async (t) => {
  const server = await startServer(t, (_, response) => sendJson(response, 200, { ok: true }));
  useKubeconfig(t, { server: `${server.url}/k8s/clusters/c-1/` }, { token: 'secret' });
  const { client } = await clientFor(t);
  assert.deepEqual(await get(client), { kind: 'ok', status: 200, body: { ok: true } });
  const [asked] = server.asked;
  assert.equal(asked?.path, '/k8s/clusters/c-1/version');
  assert.equal(asked?.headers.authorization, 'Bearer secret');
  assert.equal(asked?.headers['user-agent'], 'pod-identity-revoker/1.2.3');
});

test('twenty requests use one TLS connection, behind a private CA', async (t) => {
  const server = await startServer(t, (_, response) => sendJson(response, 200, {}), {
    certificate: 'server',
  });
  useKubeconfig(
    t,
    { server: server.url, 'certificate-authority-data': base64(tlsFile('ca.crt')) },
    { token: 'secret' },
  );
  const { client } = await clientFor(t);
  for (let round = 0; round < 20; round++) assert.equal((await get(client)).kind, 'ok');
  assert.equal(server.connections, 1);
});

test('a server whose certificate no known CA signed is not spoken to, unless it is to be skipped', async (t) => {
  const server = await startServer(t, (_, response) => sendJson(response, 200, {}), {
    certificate: 'server',
  });
  useKubeconfig(t, { server: server.url }, { token: 'secret' });
  const { client, clock } = await clientFor(t);
  const refused = get(client);
  const stepping = setInterval(() => void clock.advance(seconds(1)).catch(() => undefined), 2);
  assert.match(JSON.stringify(await refused), /no-answer.*network/);
  clearInterval(stepping);
  assert.equal(server.asked.length, 0);
  useKubeconfig(t, { server: server.url, 'insecure-skip-tls-verify': true }, { token: 'secret' });
  assert.equal((await get((await clientFor(t)).client)).kind, 'ok');
});

test('tls-server-name is the name that the certificate is held against', async (t) => {
  const server = await startServer(t, (_, response) => sendJson(response, 200, {}), {
    certificate: 'other-server',
  });
  const cluster = { server: server.url, 'certificate-authority': tlsPath('ca.crt') };
  useKubeconfig(t, { ...cluster, 'tls-server-name': 'api.test' }, { token: 'secret' });
  assert.equal((await get((await clientFor(t)).client)).kind, 'ok');
});

test('an IPv6 address works', async (t) => {
  const server = await startServer(t, (_, response) => sendJson(response, 200, {}), {
    certificate: 'server',
    host: '::1',
  });
  useKubeconfig(t, { server: server.url, 'certificate-authority': tlsPath('ca.crt') }, { token: 'secret' });
  assert.equal((await get((await clientFor(t)).client)).kind, 'ok');
});

test('a client certificate is shown, and a rotated one after the next look at its file', async (t) => {
  const server = await startServer(t, (_, response) => sendJson(response, 200, {}), {
    certificate: 'server',
    asksForClientCertificate: true,
  });
  const directory = scratch(t);
  const put = (name: string): void => {
    writeFileSync(path.join(directory, 'tls.crt'), tlsFile(`${name}.crt`));
    writeFileSync(path.join(directory, 'tls.key'), tlsFile(`${name}.key`));
  };
  put('client');
  const user = {
    'client-certificate': path.join(directory, 'tls.crt'),
    'client-key': path.join(directory, 'tls.key'),
  };
  useKubeconfig(t, { server: server.url, 'certificate-authority': tlsPath('ca.crt') }, user);
  const { client, clock } = await clientFor(t);
  await get(client);
  put('client-two');
  await get(client);
  await clock.advance(seconds(61));
  await get(client);
  assert.deepEqual(
    server.asked.map((asked) => asked.certificate),
    ['client-one', 'client-one', 'client-two'],
  );
  assert.equal(server.asked[0]?.headers.authorization, undefined);
});

test('several files are merged as kubectl does: the first to name a thing wins, absent files are passed over', async (t) => {
  const server = await startServer(t, (_, response) => sendJson(response, 200, {}));
  const directory = scratch(t);
  const write = (name: string, content: object | string): string => {
    const file = path.join(directory, name);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };
  mkdirSync(path.join(directory, 'sub'));
  writeFileSync(path.join(directory, 'sub', 'token'), 'from-file');
  const first = write('first', {
    clusters: [{ name: 'c', cluster: { server: server.url } }],
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'here',
  });
  const second = write('sub/second', {
    clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }],
    users: [{ name: 'u', user: { tokenFile: 'token' } }],
    contexts: [{ name: 'there', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'there',
  });
  setEnv(t, {
    KUBECONFIG: [first, write('empty', ''), '/not/there', second].join(path.delimiter),
  });
  await get((await clientFor(t)).client);
  assert.equal(server.asked[0]?.headers.authorization, 'Bearer from-file');
});

function mount(root: string): void {
  const mounted = path.join(root, 'var/run/secrets/kubernetes.io/serviceaccount');
  mkdirSync(mounted, { recursive: true });
  writeFileSync(path.join(mounted, 'token'), 'pod-token');
  writeFileSync(path.join(mounted, 'ca.crt'), tlsFile('ca.crt'));
}

function inPod(t: TestContext, host: string | undefined, port: string | undefined): string {
  const root = scratch(t);
  mount(root);
  const service = { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port };
  setEnv(t, { KUBECONFIG: undefined, HOME: root, ...service });
  return root;
}

async function connectIn(root: string): Promise<string> {
  const connection = await connect({ clock: new SteppedClock(), version: '1', root }, never);
  await connection.close();
  return connection.server;
}

for (const host of ['127.0.0.1', '::1']) {
  test(`the service account of the pod is used where there is no kubeconfig: ${host}`, async (t) => {
    const server = await startServer(t, (_, response) => sendJson(response, 200, {}), {
      certificate: 'server',
      host,
    });
    const root = inPod(t, host, String(server.port));
    const clock = new SteppedClock();
    const connection = await connect({ clock, version: '1', root }, never);
    t.after(() => connection.close());
    assert.equal((await get(clientOn(connection, clock))).kind, 'ok');
    assert.equal(server.asked[0]?.headers.authorization, 'Bearer pod-token');
  });
}

test('the address in a pod: IPv6 in brackets, and without TLS on the ports of proxies only', async (t) => {
  const addresses = [
    ['10.100.0.1', '443', 'https://10.100.0.1:443'],
    ['fd00:1::1', '443', 'https://[fd00:1::1]:443'],
    ['kubernetes.default.svc', '6443', 'https://kubernetes.default.svc:6443'],
    ['127.0.0.1', '80', 'http://127.0.0.1:80'],
    ['127.0.0.1', '8080', 'http://127.0.0.1:8080'],
    ['::1', '8001', 'http://[::1]:8001'],
    ['127.0.0.1', '8443', 'https://127.0.0.1:8443'],
  ] as const;
  for (const [host, port, server] of addresses) {
    assert.equal(await connectIn(inPod(t, host, port)), server);
  }
});

test('in a pod without the address or the CA it is said what is missing', async (t) => {
  await assert.rejects(
    connectIn(inPod(t, undefined, '443')),
    /^\w+: KUBERNETES_SERVICE_HOST is not set.*_PORT/,
  );
  await assert.rejects(
    connectIn(inPod(t, '10.0.0.1', '')),
    /^\w+: KUBERNETES_SERVICE_PORT is not set.*_HOST/,
  );
  const root = inPod(t, '10.0.0.1', '443');
  rmSync(path.join(root, 'var/run/secrets/kubernetes.io/serviceaccount/ca.crt'));
  await assert.rejects(connectIn(root), /certificate-authority file .*ca\.crt can't be read/);
});

test('a kubeconfig below HOME stands before the service account of the pod', async (t) => {
  const root = inPod(t, '127.0.0.1', '443');
  mkdirSync(path.join(root, '.kube'));
  const content = kubeconfig('main', { server: 'http://127.0.0.1:1' }, { token: 'secret' });
  writeFileSync(path.join(root, '.kube', 'config'), JSON.stringify(content));
  assert.equal(await connectIn(root), 'http://127.0.0.1:1');
  setEnv(t, { HOME: undefined });
  assert.equal(await connectIn(root), 'https://127.0.0.1:443');
});

test('a configuration that can not work names what is wrong and the remedy', async (t) => {
  const tryWith = async (content: object | string): Promise<void> => {
    const file = path.join(scratch(t), 'config');
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    setEnv(t, { KUBECONFIG: file });
    await connect({ clock: new SteppedClock(), version: '1' }, never);
  };
  const good = kubeconfig('main', { server: 'http://127.0.0.1:1' }, {});
  await assert.rejects(tryWith('{'), /no usable kubeconfig/);
  await assert.rejects(tryWith('just text'), /it holds no mapping/);
  await assert.rejects(tryWith({}), /no current-context.*kubectl config use-context/);
  await assert.rejects(tryWith({ ...good, 'current-context': 'other' }), /"other" is not defined/);
  await assert.rejects(tryWith({ ...good, clusters: [] }), /cluster "main".*not defined/);
  await assert.rejects(tryWith({ ...good, users: [] }), /user "main".*not defined/);
  await assert.rejects(
    tryWith(kubeconfig('main', { server: 'not an address' }, {})),
    /no http or https address/,
  );
  await assert.rejects(
    tryWith(kubeconfig('main', { server: 'https://a', 'certificate-authority': '/nowhere/ca' }, {})),
    /certificate-authority file \/nowhere\/ca can't be read/,
  );
  await assert.rejects(
    tryWith(kubeconfig('main', { server: 'https://a', 'proxy-url': 'ftp://proxy' }, {})),
    /proxy-url.*can't be used/,
  );
  setEnv(t, { KUBECONFIG: '/not/there' });
  await assert.rejects(
    connect({ clock: new SteppedClock(), version: '1' }, never),
    /names no file that exists/,
  );
  setEnv(t, { KUBECONFIG: undefined, HOME: scratch(t) });
  await assert.rejects(
    connect({ clock: new SteppedClock(), version: '1', root: scratch(t) }, never),
    /set KUBECONFIG, or run in a pod/,
  );
});
