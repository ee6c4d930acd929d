/** Every way to authenticate, each against a server that sees what arrives. */

import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { connect } from '../../../src/adapters/kubernetes/connection.ts';
import { seconds } from '../../../src/domain/time.ts';
import { sendJson, tlsPath } from '../../support/scripted-api-server.ts';
import { SteppedClock } from '../../support/stepped-clock.ts';
import { base64, clientFor, get } from './connected.ts';
import { never, scratch, startServer, useKubeconfig } from './support.ts';

test('a tokenFile is read again as it rotates, and trimmed', async (t) => {
  const server = await startServer(t, (_, response) => sendJson(response, 200, {}));
  const token = path.join(scratch(t), 'token');
  writeFileSync(token, 'one\n');
  useKubeconfig(t, { server: server.url }, { tokenFile: token });
  const { client } = await clientFor(t);
  await get(client);
  writeFileSync(token, 'two\n');
  await get(client);
  writeFileSync(token, '');
  await get(client);
  assert.deepEqual(
    server.asked.map((asked) => asked.headers.authorization),
    ['Bearer one', 'Bearer two', 'Bearer two'],
  );
});

test('a token file that is not there names itself and the remedy', async (t) => {
  useKubeconfig(t, { server: 'http://127.0.0.1:1' }, { tokenFile: '/nowhere/token' });
  await assert.rejects(
    connect({ clock: new SteppedClock(), version: '1' }, never),
    /token file \/nowhere\/token can't be read.*check that the service account token is mounted/,
  );
});

/** A plugin that counts its runs in a file and gives out what the test says. */
function plugin(t: TestContext, body: string): { command: string; args: string[] } {
  const file = path.join(scratch(t), 'plugin.cjs');
  writeFileSync(file, `const fs = require('node:fs');\n${body}`);
  chmodSync(file, 0o755);
  return { command: process.execPath, args: [file] };
}

const COUNTING = `
const counter = __dirname + '/runs';
const runs = fs.existsSync(counter) ? Number(fs.readFileSync(counter, 'utf8')) + 1 : 1;
fs.writeFileSync(counter, String(runs));
const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
const status = { token: [process.env.PREFIX, runs, info.apiVersion, info.spec.cluster?.server !== undefined].join(',') };
if (process.env.EXPIRES) status.expirationTimestamp = process.env.EXPIRES;
console.log(JSON.stringify({ kind: 'ExecCredential', apiVersion: info.apiVersion, status }));
`;

test('an exec plugin is run once, again shortly before its credential ends, and again after a 401', async (t) => {
  const server = await startServer(t, (asked, response) => {
    const isOld = asked.headers.authorization?.startsWith('Bearer p,2,') === true;
    sendJson(response, isOld && server.asked.length > 3 ? 401 : 200, {});
  });
  const exec = {
    ...plugin(t, COUNTING),
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    provideClusterInfo: true,
    env: [
      { name: 'PREFIX', value: 'p' },
      { name: 'EXPIRES', value: '2026-01-05T12:15:00Z' },
    ],
  };
  useKubeconfig(t, { server: server.url }, { exec });
  const { client, clock } = await clientFor(t);
  await get(client);
  await clock.advance(seconds(14 * 60));
  await get(client);
  await clock.advance(seconds(55));
  await get(client);
  const last = await get(client);
  assert.equal(last.kind, 'ok');
  assert.deepEqual(
    server.asked.map((asked) => asked.headers.authorization?.split(',')[1]),
    ['1', '1', '2', '3'],
  );
  assert.equal(
    server.asked[0]?.headers.authorization,
    'Bearer p,1,client.authentication.k8s.io/v1beta1,true',
  );
});

test('on 401 the credentials are read anew exactly once, for a write too', async (t) => {
  const server = await startServer(t, (_, response) => sendJson(response, 401, {}));
  const exec = { ...plugin(t, COUNTING), env: [{ name: 'PREFIX', value: 'p' }] };
  useKubeconfig(t, { server: server.url }, { exec });
  const { client } = await clientFor(t);
  const reply = await client.request(
    { verb: 'create', resource: 'things', method: 'POST', path: '/things', body: {} },
    never,
  );
  assert.equal(reply.kind === 'refused' && reply.status, 401);
  assert.deepEqual(
    server.asked.map((asked) => asked.headers.authorization?.split(',')[1]),
    ['1', '2'],
  );
});

test("an exec plugin's certificate is used, and a new one makes new connections", async (t) => {
  const server = await startServer(t, (_, response) => sendJson(response, 200, {}), {
    certificate: 'server',
    asksForClientCertificate: true,
  });
  const exec = plugin(
    t,
    `
const first = !fs.existsSync(__dirname + '/ran');
fs.writeFileSync(__dirname + '/ran', '');
const name = first ? 'client' : 'client-two';
const read = (end) => fs.readFileSync(process.env.TLS_DIRECTORY + name + end, 'utf8');
const status = { clientCertificateData: read('.crt'), clientKeyData: read('.key'), expirationTimestamp: first ? '2026-01-05T12:01:00Z' : '2026-01-06T00:00:00Z' };
console.log(JSON.stringify({ kind: 'ExecCredential', status }));
`,
  );
  const env = [{ name: 'TLS_DIRECTORY', value: path.dirname(tlsPath('ca.crt')) + path.sep }];
  useKubeconfig(
    t,
    { server: server.url, 'certificate-authority': tlsPath('ca.crt') },
    { exec: { ...exec, env } },
  );
  const { client, clock } = await clientFor(t);
  await get(client);
  await clock.advance(seconds(52));
  await get(client);
  assert.deepEqual(
    server.asked.map((asked) => asked.certificate),
    ['client-one', 'client-two'],
  );
});

test('an exec plugin that is missing, that fails or that says nonsense names itself and the remedy', async (t) => {
  const cluster = { server: 'http://127.0.0.1:1' };
  const tryWith = async (exec: object): Promise<void> => {
    useKubeconfig(t, cluster, { exec });
    await connect({ clock: new SteppedClock(), version: '1' }, never);
  };
  const missing = { command: 'no-such-plugin-here', installHint: 'get it from your platform team' };
  await assert.rejects(tryWith(missing), /"no-such-plugin-here".*install it.*get it from your platform team/);
  const failing = plugin(t, `console.error('the session has expired'); process.exit(1);`);
  await assert.rejects(tryWith(failing), /failed: the session has expired; run it by hand/);
  await assert.rejects(tryWith(plugin(t, `console.log('hello')`)), /failed:.*JSON/);
  await assert.rejects(tryWith(plugin(t, `console.log('{}')`)), /neither a token nor a certificate/);
});

test('a plugin that never ends is given up after its limit and killed', async (t) => {
  const exec = plugin(t, `setInterval(() => undefined, 1000);`);
  useKubeconfig(t, { server: 'http://127.0.0.1:1' }, { exec });
  const clock = new SteppedClock();
  const connecting = assert.rejects(connect({ clock, version: '1' }, never), /no answer within 60s/);
  await clock.advance(seconds(61));
  await connecting;
});

test('basic authentication and impersonation are sent, each group in a header of its own', async (t) => {
  const server = await startServer(t, (_, response) => sendJson(response, 200, {}));
  useKubeconfig(
    t,
    { server: server.url },
    {
      username: 'me',
      password: 'pass:word',
      as: 'jane',
      'as-uid': '42',
      'as-groups': ['dev', 'ops'],
      'as-user-extra': { 'acme.com/team': ['a', 'b'] },
    },
  );
  await get((await clientFor(t)).client);
  const headers = server.asked[0]?.headers;
  assert.equal(headers?.authorization, `Basic ${base64('me:pass:word')}`);
  assert.equal(headers?.['impersonate-user'], 'jane');
  assert.equal(headers?.['impersonate-uid'], '42');
  const raw = server.asked[0]?.rawHeaders ?? [];
  const sent = (name: string): string[] =>
    raw.filter((_, at) => at % 2 === 1 && raw[at - 1]?.toLowerCase() === name);
  assert.deepEqual(sent('impersonate-group'), ['dev', 'ops']);
  assert.deepEqual(sent('impersonate-extra-acme.com%2fteam'), ['a', 'b']);
});

const part = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64url');

test('the older providers of the client library are honoured', async (t) => {
  const server = await startServer(t, (_, response) => sendJson(response, 200, {}));
  const token = `${part({ alg: 'none' })}.${part({ exp: 32_503_680_000 })}.signature`;
  const config = { 'client-id': 'me', 'id-token': token, 'idp-issuer-url': 'https://issuer.test' };
  useKubeconfig(t, { server: server.url }, { 'auth-provider': { name: 'oidc', config } });
  assert.equal((await get((await clientFor(t)).client)).kind, 'ok');
  assert.equal(server.asked[0]?.headers.authorization, `Bearer ${token}`);
});

test('a 401 with a body that never ends does not hold up the time-out', async (t) => {
  const server = await startServer(t, (_, response) => void response.writeHead(401).write('{'));
  useKubeconfig(t, { server: server.url }, { token: 'secret' });
  const { client, clock } = await clientFor(t);
  const reply = get(client);
  const stepping = setInterval(() => void clock.advance(seconds(1)).catch(() => undefined), 2);
  assert.equal((await reply).kind, 'no-answer');
  clearInterval(stepping);
});
