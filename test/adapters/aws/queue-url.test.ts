/** What the URL of a queue tells, and where the requests for it go. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { queueClient } from '../../../src/adapters/aws/queue-client.ts';
import { parseQueueUrl } from '../../../src/adapters/aws/queue-url.ts';
import { counting, CREDENTIALS } from './channel-harness.ts';

type Row = readonly [url: string, region: string | undefined, arn: string, endpoint: string | undefined];

const ROWS: readonly Row[] = [
  [
    'https://sqs.eu-west-1.amazonaws.com/111122223333/q',
    'eu-west-1',
    'arn:aws:sqs:eu-west-1:111122223333:q',
    undefined,
  ],
  ['https://sqs-fips.us-east-2.amazonaws.com/1/q', 'us-east-2', 'arn:aws:sqs:us-east-2:1:q', undefined],
  ['https://sqs.cn-north-1.amazonaws.com.cn/1/q', 'cn-north-1', 'arn:aws-cn:sqs:cn-north-1:1:q', undefined],
  [
    'https://sqs.us-gov-west-1.amazonaws.com/1/q',
    'us-gov-west-1',
    'arn:aws-us-gov:sqs:us-gov-west-1:1:q',
    undefined,
  ],
  ['https://sqs.us-east-1.api.aws/1/q', 'us-east-1', 'arn:aws:sqs:us-east-1:1:q', undefined],
  ['https://eu-west-1.queue.amazonaws.com/1/q', 'eu-west-1', 'arn:aws:sqs:eu-west-1:1:q', undefined],
  ['https://queue.amazonaws.com/1/q', 'us-east-1', 'arn:aws:sqs:us-east-1:1:q', undefined],
  [
    'https://vpce-0a1b-xyz.sqs.eu-west-1.vpce.amazonaws.com/1/q',
    'eu-west-1',
    'arn:aws:sqs:eu-west-1:1:q',
    'https://vpce-0a1b-xyz.sqs.eu-west-1.vpce.amazonaws.com/',
  ],
  ['http://127.0.0.1:4566/000000000000/q', undefined, 'arn:*:sqs:*:000000000000:q', 'http://127.0.0.1:4566/'],
  [
    'https://sqs.evil.example/sqs.eu-west-1.amazonaws.com/q',
    undefined,
    'arn:*:sqs:*:sqs.eu-west-1.amazonaws.com:q',
    'https://sqs.evil.example/',
  ],
  ['https://example.org', undefined, 'arn:*:sqs:*:*:*', 'https://example.org/'],
  ['mailto:x', undefined, 'arn:*:sqs:*:*:x', undefined],
  ['not a URL', undefined, 'arn:*:sqs:*:*:*', undefined],
];

for (const [url, region, arn, endpoint] of ROWS) {
  test(`the queue ${url}`, () => {
    const address = parseQueueUrl(url);
    assert.deepEqual([address.region, address.arn, address.endpoint?.href], [region, arn, endpoint]);
  });
}

/** The host that a request would go to; nothing is sent. */
async function hostFor(queueUrl: string, region = 'us-west-2'): Promise<string> {
  const address = parseQueueUrl(queueUrl);
  let host = '';
  const client = queueClient(address, counting(), {
    config: {
      credentials: CREDENTIALS,
      ...(address.region === undefined && { region }),
      requestHandler: {
        handle: async (request: { readonly hostname: string }) => {
          host = request.hostname;
          throw new Error('nothing is sent');
        },
      },
    },
  });
  await assert.rejects(client.send(new ReceiveMessageCommand({ QueueUrl: queueUrl })));
  client.destroy();
  return host;
}

test('the host is the one of the Region that the URL tells, or that of the URL where it is no public one', async () => {
  assert.equal(await hostFor('https://sqs.eu-west-1.amazonaws.com/1/q'), 'sqs.eu-west-1.amazonaws.com');
  assert.equal(await hostFor('https://eu-west-1.queue.amazonaws.com/1/q'), 'sqs.eu-west-1.amazonaws.com');
  const vpc = 'vpce-0a1b-xyz.sqs.eu-west-1.vpce.amazonaws.com';
  assert.equal(await hostFor(`https://${vpc}/1/q`), vpc);
  assert.equal(await hostFor('http://emulator.internal/1/q'), 'emulator.internal');
});

test('a configured endpoint wins over the host of the URL', async (t) => {
  t.after(() => {
    delete process.env['AWS_ENDPOINT_URL_SQS'];
  });
  process.env['AWS_ENDPOINT_URL_SQS'] = 'http://configured.internal';
  for (const url of ['https://sqs.eu-west-1.amazonaws.com/1/q', 'http://emulator.internal/1/q']) {
    assert.equal(await hostFor(url), 'configured.internal');
  }
});
