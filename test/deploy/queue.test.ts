/** Who may send to the queues: the rule over TLS, and nobody else, whatever else they may do. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALLS, QUEUE_NAME } from './calls.ts';
import { BOTH } from './both.ts';
import { arn, DEFAULTS, KEY } from './choice.ts';
import type { JsonObject } from './json.ts';
import { objectOf } from './json.ts';
import type { Request } from './simulate.ts';
import { evaluate } from './simulate.ts';

const QUEUE = arn('sqs', QUEUE_NAME);
const DEAD_LETTERS = arn('sqs', `${QUEUE_NAME}-dead-letters`);
const RULE = { 'aws:SourceArn': arn('events', `rule/${QUEUE_NAME}`) };
const OTHER_RULE = { 'aws:SourceArn': arn('events', 'rule/other') };
const IN_THE_CLEAR = { 'aws:SecureTransport': 'false' };

/** Somebody of the same account who may do all that SQS has. */
const ADMIN: Pick<Request, 'principal' | 'identityPolicy'> = {
  principal: 'arn:aws:iam::111122223333:role/admin',
  identityPolicy: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }],
  },
};

const EVENT_BRIDGE = { principal: 'events.amazonaws.com' };
const SEND = 'sqs:SendMessage';

type Row = readonly [title: string, request: Omit<Request, 'resource' | 'resourcePolicy'>, expected: string];

const OF_THE_QUEUE: readonly Row[] = [
  ['the rule sends', { ...EVENT_BRIDGE, action: SEND, context: RULE }, 'Allowed'],
  ['another rule sends', { ...EVENT_BRIDGE, action: SEND, context: OTHER_RULE }, 'ExplicitlyDenied'],
  [
    'a rule of the same name in another account sends',
    {
      ...EVENT_BRIDGE,
      action: SEND,
      context: { 'aws:SourceArn': RULE['aws:SourceArn'].replace('111122223333', '444455556666') },
    },
    'ExplicitlyDenied',
  ],
  ['EventBridge sends for nobody', { ...EVENT_BRIDGE, action: SEND }, 'ExplicitlyDenied'],
  [
    'the rule sends in the clear',
    { ...EVENT_BRIDGE, action: SEND, context: { ...RULE, ...IN_THE_CLEAR } },
    'ExplicitlyDenied',
  ],
  [
    'another service sends',
    { principal: 'sns.amazonaws.com', action: SEND, context: OTHER_RULE },
    'ExplicitlyDenied',
  ],
  ['the rule reads', { ...EVENT_BRIDGE, action: 'sqs:ReceiveMessage', context: RULE }, 'ImplicitlyDenied'],
  ['an administrator sends', { ...ADMIN, action: SEND }, 'ExplicitlyDenied'],
  ['an administrator purges', { ...ADMIN, action: 'sqs:PurgeQueue' }, 'Allowed'],
  [
    'an administrator purges in the clear',
    { ...ADMIN, action: 'sqs:PurgeQueue', context: IN_THE_CLEAR },
    'ExplicitlyDenied',
  ],
  [
    'another account sends',
    { principal: 'arn:aws:iam::444455556666:role/any', action: SEND },
    'ExplicitlyDenied',
  ],
  [
    'another account reads',
    { principal: 'arn:aws:iam::444455556666:role/any', action: 'sqs:ReceiveMessage' },
    'ImplicitlyDenied',
  ],
];

const OF_THE_DEAD_LETTERS: readonly Row[] = [
  ['the rule sends', { ...EVENT_BRIDGE, action: SEND, context: RULE }, 'Allowed'],
  ['another rule sends', { ...EVENT_BRIDGE, action: SEND, context: OTHER_RULE }, 'ImplicitlyDenied'],
  [
    'the rule sends in the clear',
    { ...EVENT_BRIDGE, action: SEND, context: { ...RULE, ...IN_THE_CLEAR } },
    'ExplicitlyDenied',
  ],
  ['an administrator reads', { ...ADMIN, action: 'sqs:ReceiveMessage' }, 'Allowed'],
  [
    'an administrator reads in the clear',
    { ...ADMIN, action: 'sqs:ReceiveMessage', context: IN_THE_CLEAR },
    'ExplicitlyDenied',
  ],
];

for (const { tool, deploy } of BOTH) {
  const { queuePolicy, deadLettersPolicy, role } = deploy(DEFAULTS);

  for (const [title, request, expected] of OF_THE_QUEUE) {
    test(`${tool}: the queue: ${title}: ${expected}`, async () => {
      assert.equal(await evaluate({ ...request, resource: QUEUE, resourcePolicy: queuePolicy }), expected);
    });
  }

  for (const [title, request, expected] of OF_THE_DEAD_LETTERS) {
    test(`${tool}: the dead letters: ${title}: ${expected}`, async () => {
      const there = { resource: DEAD_LETTERS, resourcePolicy: deadLettersPolicy };
      assert.equal(await evaluate({ ...request, ...there }), expected);
    });
  }

  test(`${tool}: the daemon reads over TLS only`, async () => {
    for (const operation of ['ReceiveMessage', 'DeleteMessageBatch']) {
      const call = CALLS[operation];
      assert.ok(call);
      const daemon = {
        principal: 'arn:aws:iam::111122223333:role/pod-identity-revoker-1',
        identityPolicy: role.policy,
        resourcePolicy: queuePolicy,
        ...call,
      };
      assert.equal(await evaluate(daemon), 'Allowed');
      assert.equal(await evaluate({ ...daemon, context: IN_THE_CLEAR }), 'ExplicitlyDenied');
    }
  });

  test(`${tool}: with its statement a key is EventBridge's to encrypt with, and nothing more`, async () => {
    const { outputs } = deploy({ ...DEFAULTS, key: true });
    const resourcePolicy: JsonObject = {
      Version: '2012-10-17',
      Statement: [objectOf(outputs['keyPolicy'], 'the statement')],
    };
    const asked = (principal: string, action: string): Promise<string> =>
      evaluate({ principal, action, resource: KEY, resourcePolicy });
    assert.equal(await asked('events.amazonaws.com', 'kms:Decrypt'), 'Allowed');
    assert.equal(await asked('events.amazonaws.com', 'kms:GenerateDataKey'), 'Allowed');
    assert.equal(await asked('events.amazonaws.com', 'kms:ScheduleKeyDeletion'), 'ImplicitlyDenied');
    assert.equal(await asked('sns.amazonaws.com', 'kms:GenerateDataKey'), 'ImplicitlyDenied');
    assert.equal(deploy(DEFAULTS).outputs['keyPolicy'], undefined);
  });
}
