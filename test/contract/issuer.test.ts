/** What every IssuerSource must do: EKS and the API server over HTTP, the token's file, and the fake alike. */

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { mock, test } from 'node:test';
import { startEks } from '../../simulator/aws/eks.ts';
import { cut } from '../../simulator/aws/fault-kinds.ts';
import { ManualClock } from '../../simulator/clock.ts';
import { startKubernetesApi } from '../../simulator/kubernetes/server.ts';
import { eksIssuer } from '../../src/adapters/aws/cluster-issuer.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { serverIssuer, tokenIssuer } from '../../src/adapters/kubernetes/cluster-issuer.ts';
import type { UnknownReason } from '../../src/domain/reading.ts';
import type { IssuerSource } from '../../src/ports/cluster.ts';
import { never, scratch } from '../adapters/kubernetes/support.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { SteppedClock } from '../support/stepped-clock.ts';
import { clientOf } from './kubernetes.ts';

const ISSUER = 'https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';

type Harness = {
  readonly source: IssuerSource;
  /** From now on it can't be asked; the answer is why there is no reading. */
  readonly lose: () => UnknownReason;
};

type DeniableHarness = Harness & {
  /** From now on it is denied; the answer is what the detail must say. */
  readonly deny: () => RegExp;
};

function contract(subject: string, start: (t: TestContext) => Promise<Harness>): void {
  test(`${subject}: the issuer is known, as it is written`, async (t) => {
    const { source } = await start(t);
    const reading = await source.issuer(never);
    assert.equal(reading.kind === 'known' && reading.value, ISSUER, JSON.stringify(reading));
  });

  test(`${subject}: what can not be asked is unknown`, async (t) => {
    const { source, lose } = await start(t);
    const why = lose();
    const reading = await source.issuer(never);
    assert.equal(reading.kind === 'unknown' && reading.why, why, JSON.stringify(reading));
  });

  test(`${subject}: an aborted signal rejects with its reason`, async (t) => {
    const { source } = await start(t);
    const reason = new Error('over');
    await assert.rejects(source.issuer(AbortSignal.abort(reason)), reason);
  });
}

function deniableContract(subject: string, start: (t: TestContext) => Promise<DeniableHarness>): void {
  contract(subject, start);

  test(`${subject}: what is denied is unknown, and what to allow is named`, async (t) => {
    const { source, deny } = await start(t);
    const named = deny();
    const reading = await source.issuer(never);
    assert.equal(reading.kind === 'unknown' && reading.why, 'denied', JSON.stringify(reading));
    assert.match(reading.kind === 'unknown' ? reading.detail : '', named);
  });
}

deniableContract('fake issuer', async () => {
  const source = new FakeIssuer(new SteppedClock(), ISSUER);
  const fail = (why: UnknownReason): UnknownReason => {
    source.failing = why;
    return why;
  };
  return { source, deny: () => new RegExp(fail('denied')), lose: () => fail('unreachable') };
});

deniableContract('the issuer that EKS tells', async (t) => {
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

deniableContract('the issuer that the API server tells', async (t) => {
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

contract("the issuer in the daemon's token", async (t) => {
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
