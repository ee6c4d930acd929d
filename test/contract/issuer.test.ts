/** The sources of the issuer keep the contract: EKS and the API server over HTTP, the token's file, and the fake. */

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mock, test } from 'node:test';
import { startEks } from '../../simulator/aws/eks.ts';
import { cut } from '../../simulator/aws/fault-kinds.ts';
import { ManualClock } from '../../simulator/clock.ts';
import { startKubernetesApi } from '../../simulator/kubernetes/server.ts';
import { eksIssuer } from '../../src/adapters/aws/cluster-issuer.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { serverIssuer, tokenIssuer } from '../../src/adapters/kubernetes/cluster-issuer.ts';
import type { UnknownReason } from '../../src/domain/reading.ts';
import { never, scratch } from '../adapters/kubernetes/support.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { SteppedClock } from '../support/stepped-clock.ts';
import { deniableIssuerContract, issuerContract } from './issuer-contract.ts';
import { clientOf } from './kubernetes.ts';

const ISSUER = 'https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';

deniableIssuerContract('fake issuer', ISSUER, async () => {
  const source = new FakeIssuer(new SteppedClock(), ISSUER);
  const fail = (why: UnknownReason): UnknownReason => {
    source.failing = why;
    return why;
  };
  return { source, deny: () => new RegExp(fail('denied')), lose: () => fail('unreachable') };
});

deniableIssuerContract('the issuer that EKS tells', ISSUER, async (t) => {
  const random = mock.method(Math, 'random', () => 0);
  const eks = await startEks({
    clock: new ManualClock(1_772_000_000_000),
    clusterName: 'demo',
    region: 'eu-central-1',
    cluster: { issuer: ISSUER },
  });
  const credentials = { accessKeyId: 'AKIATESTTESTTEST', secretAccessKey: 'secret' };
  const source = eksIssuer({
    clusterName: 'demo',
    clock: systemClock(),
    traffic: { aws: () => undefined, kubernetes: () => undefined },
    eks: { config: { region: 'eu-central-1', endpoint: eks.url, credentials } },
  });
  t.after(async () => {
    random.mock.restore();
    await source[Symbol.asyncDispose]();
    await eks.close();
  });
  return {
    source,
    deny: () => {
      eks.access.deny('DescribeCluster');
      return /DescribeCluster: allow eks:DescribeCluster on arn:aws:eks:eu-central-1:\*:cluster\/demo/;
    },
    lose: () => {
      eks.faults.add({ operation: 'DescribeCluster' }, cut('before'));
      return 'unreachable';
    },
  };
});

deniableIssuerContract('the issuer that the API server tells', ISSUER, async (t) => {
  const api = await startKubernetesApi({ kubelet: false, issuer: ISSUER });
  t.after(() => api.close());
  const client = await clientOf(t, api, 'test');
  const match = { path: '/.well-known/openid-configuration' };
  return {
    source: serverIssuer(client, systemClock()),
    deny: () => {
      const body = { reason: 'Forbidden', message: 'forbidden: User "x" cannot get path' };
      api.faults.add({ match, effect: { kind: 'answer', code: 403, body } });
      return /grant the verb "get" on "\/\.well-known\/openid-configuration" in a ClusterRole/;
    },
    lose: () => {
      api.faults.add({ match, effect: { kind: 'cut' } });
      return 'unreachable';
    },
  };
});

issuerContract("the issuer in the daemon's token", ISSUER, async (t) => {
  const file = path.join(scratch(t), 'token');
  writeFileSync(file, `${tokenOf({ iss: ISSUER, sub: 'system:serviceaccount:revoker:revoker' })}\n`);
  return {
    source: tokenIssuer(file, systemClock()),
    lose: () => {
      rmSync(file);
      return 'not-found';
    },
  };
});

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function tokenOf(payload: unknown): string {
  return `${part({ alg: 'RS256' })}.${part(payload)}.c2lnbmF0dXJl`;
}

const NO_TOKENS: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['a secret that is no token', 'hunter2-hunter2'],
  ['two parts', 'hunter2.hunter2'],
  ['four parts', 'hunter2.hunter2.hunter2.hunter2'],
  ['parts that are no JSON', 'hunter2.hunter2.hunter2'],
  ['no issuer', tokenOf({ sub: 'hunter2' })],
  ['an issuer that is no text', tokenOf({ iss: ['hunter2'] })],
  ['an empty issuer', tokenOf({ iss: '' })],
  ['a list', tokenOf(['hunter2'])],
];

for (const [what, content] of NO_TOKENS) {
  test(`a token file with ${what} is malformed, and nothing of it is shown`, async (t) => {
    const file = path.join(scratch(t), 'token');
    writeFileSync(file, content);
    const reading = await tokenIssuer(file, systemClock()).issuer(never);
    assert.equal(reading.kind === 'unknown' && reading.why, 'malformed');
    assert.doesNotMatch(JSON.stringify(reading), /hunter2|aHVudGVy/);
  });
}

test('a directory in the place of the token is unknown', async (t) => {
  const reading = await tokenIssuer(scratch(t), systemClock()).issuer(never);
  assert.equal(reading.kind === 'unknown' && reading.why, 'failed');
});
