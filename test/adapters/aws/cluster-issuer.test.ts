/** What is asked of EKS for a cluster's issuer, and which answers tell it. */

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { eksIssuer } from '../../../src/adapters/aws/cluster-issuer.ts';
import { systemClock } from '../../../src/adapters/clock.ts';
import type { AwsRequest } from '../../../src/ports/traffic.ts';
import { answer, failure, type Reply, ScriptedEks } from '../../support/scripted-eks.ts';

const ISSUER = 'https://oidc.eks.eu-central-1.amazonaws.com/id/0123';

const described = (cluster: unknown): Reply => answer({ cluster });

type Row = readonly [name: string, reply: Reply, said: string];

const ROWS: readonly Row[] = [
  ['the cluster', described({ name: 'demo', identity: { oidc: { issuer: ISSUER } } }), ISSUER],
  ['another cluster', described({ name: 'other', identity: { oidc: { issuer: ISSUER } } }), 'malformed'],
  ['a cluster without an issuer yet', described({ name: 'demo', identity: {} }), 'malformed'],
  ['a cluster without an identity', described({ name: 'demo' }), 'malformed'],
  ['nothing', answer({}), 'malformed'],
  ['an empty body', { kind: 'answer', status: 200, body: '' }, 'malformed'],
  ['HTML', { kind: 'answer', status: 200, body: '<html>' }, 'malformed'],
  ['no such cluster', failure(404, 'ResourceNotFoundException', 'no'), 'not-found'],
  ['denied', failure(403, 'AccessDeniedException', 'User: arn:x is not authorized'), 'denied'],
  ['throttled', failure(429, 'ThrottlingException', 'slow'), 'throttled'],
  ['broken', failure(500, 'ServerException', 'no'), 'failed'],
];

for (const [name, reply, said] of ROWS) {
  test(`DescribeCluster answers ${name}: ${said}`, async (t) => {
    const random = mock.method(Math, 'random', () => 0);
    t.after(() => random.mock.restore());
    await using eks = await ScriptedEks.start();
    eks.script = () => reply;
    const counted: AwsRequest[] = [];
    await using source = eksIssuer({
      clusterName: 'demo',
      clock: systemClock(),
      traffic: { aws: (request) => counted.push(request), kubernetes: () => undefined },
      eks: {
        config: {
          region: 'eu-central-1',
          endpoint: eks.endpoint,
          credentials: { accessKeyId: 'AKIATESTTESTTEST', secretAccessKey: 'secret' },
        },
      },
    });
    const reading = await source.issuer(new AbortController().signal);
    assert.equal(reading.kind === 'known' ? reading.value : reading.why, said, JSON.stringify(reading));
    const [asked] = eks.asked;
    assert.deepEqual([asked?.method, asked?.path], ['GET', '/clusters/demo']);
    assert.equal(counted[0]?.operation, 'DescribeCluster');
  });
}
