/** Tests of who may do what: issued tokens, RBAC rules, denials of objects and of paths. */

import assert from 'node:assert/strict';
import { createPublicKey, createVerify } from 'node:crypto';
import { test } from 'node:test';
import { at, listAt } from '../../../simulator/kubernetes/object.ts';
import type { PolicyRule } from '../../../simulator/kubernetes/rbac.ts';
import { addPod, type Api, assertStatus, startApi } from './support.ts';

const PODS = '/api/v1/namespaces/default/pods';
const ISSUER = 'https://oidc.eks.us-west-2.amazonaws.com/id/ABC';
const OPEN_ID = '/.well-known/openid-configuration';
const WISH = { namespace: 'default', serviceAccount: 'reader' };

function bearer(token: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` };
}

function claimsOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

test('an issued token has the claims of a bound token, and a signature that the published keys verify', async (t) => {
  const api = await startApi(t, { issuer: ISSUER });
  const pod = addPod(api, 'daemon-0');
  const token = api.tokens.issue({ ...WISH, pod: 'daemon-0' });
  const now = Math.floor(api.clock.now() / 1000);
  const claims = claimsOf(token);
  assert.equal(at(claims, 'iss'), at((await api.get(OPEN_ID)).body, 'issuer'));
  assert.deepEqual(at(claims, 'aud'), ['https://kubernetes.default.svc']);
  assert.equal(at(claims, 'sub'), 'system:serviceaccount:default:reader');
  assert.equal(at(claims, 'exp'), now + 90 * 86_400);
  assert.equal(at(claims, 'kubernetes.io', 'warnafter'), now + 3607);
  assert.deepEqual(at(claims, 'kubernetes.io', 'pod'), { name: 'daemon-0', uid: pod.metadata.uid });
  const [key] = listAt((await api.get('/openid/v1/jwks')).body, 'keys');
  const publicKey = createPublicKey({ key: Object(key), format: 'jwk' });
  const [header, body, signature = ''] = token.split('.');
  const verify = createVerify('RSA-SHA256').update(`${header}.${body}`);
  assert.ok(verify.verify(publicKey, signature, 'base64url'));
});

test('a caller with an issued token is that service account; over or tampered with, it is 401', async (t) => {
  const api = await startApi(t, { issuer: ISSUER, tokens: ['secret'] });
  api.faults.deny({ verb: 'list', resource: 'pods' });
  const token = api.tokens.issue({ ...WISH, lifetime: 600 });
  const message = /User "system:serviceaccount:default:reader" cannot list resource "pods"/;
  assertStatus(await api.call('GET', PODS, undefined, bearer(token)), 403, 'Forbidden', message);
  assert.equal(api.requests.all()[0]?.user, 'system:serviceaccount:default:reader');
  const tampered = `${token.slice(0, -4)}AAAA`;
  assertStatus(await api.call('GET', PODS, undefined, bearer(tampered)), 401, 'Unauthorized');
  api.clock.advance(600_000);
  assertStatus(await api.call('GET', PODS, undefined, bearer(token)), 401, 'Unauthorized');
});

test('a path is denied in the real words, and an object by its name', async (t) => {
  const api = await startApi(t, { user: 'me' });
  const allow = api.faults.deny({ verb: 'get', path: OPEN_ID });
  const denied = await api.get(OPEN_ID);
  assertStatus(denied, 403, 'Forbidden', `forbidden: User "me" cannot get path "${OPEN_ID}"`);
  assert.equal((await api.get('/version')).code, 200);
  allow();
  assert.equal((await api.get(OPEN_ID)).code, 200);
  addPod(api, 'a');
  addPod(api, 'b');
  api.faults.deny({ verb: 'get', resource: 'pods', name: 'a' });
  assertStatus(await api.get(`${PODS}/a`), 403, 'Forbidden');
  assert.equal((await api.get(`${PODS}/b`)).code, 200);
});

const RULES: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] },
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  { apiGroups: [''], resources: ['configmaps'], resourceNames: ['ledger'], verbs: ['get', 'list'] },
];

const WISHES: readonly (readonly [string, number, (api: Api) => Promise<{ readonly code: number }>])[] = [
  ['a list that a rule allows', 200, (api) => api.get('/api/v1/pods')],
  ['a get of what may be listed only', 403, (api) => api.get(`${PODS}/a`)],
  [
    'a subresource that is named',
    404,
    (api) => api.call('POST', `${PODS}/a/eviction`, { metadata: { name: 'a' } }),
  ],
  ['a delete that nobody allows', 403, (api) => api.call('DELETE', `${PODS}/a`)],
  ['an object that is named', 404, (api) => api.get('/api/v1/namespaces/default/configmaps/ledger')],
  ['an object that is not named', 403, (api) => api.get('/api/v1/namespaces/default/configmaps/other')],
  ['a list of all where names are named', 403, (api) => api.get('/api/v1/namespaces/default/configmaps')],
  [
    'a list of the one that is named',
    200,
    (api) => api.get('/api/v1/namespaces/default/configmaps?fieldSelector=metadata.name%3Dledger'),
  ],
  ['what everybody may', 200, (api) => api.get('/apis')],
  ['a group that is not named', 403, (api) => api.get('/apis/apps/v1/deployments')],
];

for (const [what, code, ask] of WISHES) {
  test(`under RBAC rules ${what} is ${code}`, async (t) => {
    const api = await startApi(t);
    api.faults.allowOnly([{ rules: RULES }]);
    assert.equal((await ask(api)).code, code);
  });
}

test('a role of one namespace ends at its border, and the access review says so', async (t) => {
  const api = await startApi(t);
  api.faults.allowOnly([{ namespace: 'default', rules: RULES }]);
  assert.equal((await api.get(PODS)).code, 200);
  assertStatus(await api.get('/api/v1/pods'), 403, 'Forbidden', /at the cluster scope$/);
  const review = async (namespace: string): Promise<unknown> => {
    const resourceAttributes = { verb: 'create', resource: 'pods', subresource: 'eviction', namespace };
    const body = { spec: { resourceAttributes } };
    return at(
      (await api.call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', body)).body,
      'status',
      'allowed',
    );
  };
  assert.equal(await review('default'), true);
  assert.equal(await review('kube-system'), false);
});
