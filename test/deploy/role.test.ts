/** The daemon's role: each call that the code makes is allowed, its neighbours are not, and only the daemon may take it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences } from '../docs/markdown.ts';
import type { Call } from './calls.ts';
import { AHEAD, CALLS, operationsIn, operationsOfTheCode, QUEUE_NAME } from './calls.ts';
import { BOTH } from './both.ts';
import { arn, type Choice, CLUSTER, DEFAULTS, ISSUER, KEY } from './choice.ts';
import { statement } from './deployed.ts';
import type { JsonObject } from './json.ts';
import { isObject, several } from './json.ts';
import { evaluate } from './simulate.ts';

const ROLE = 'arn:aws:iam::111122223333:role/pod-identity-revoker-1';

const DECRYPT: Call = { action: 'kms:Decrypt', resource: KEY };

/** The policy of a key whose use is left to IAM, which is what KMS gives a new key. */
const KEY_POLICY: JsonObject = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'kms:*', Resource: '*' },
  ],
};

/** Near to what is allowed: the same call elsewhere, other calls on the same thing, and what would widen the role. */
const NEIGHBOURS: readonly Call[] = [
  { action: 'eks:ListPodIdentityAssociations', resource: arn('eks', 'cluster/green') },
  { action: 'eks:ListPodIdentityAssociations', resource: arn('eks', `cluster/${CLUSTER}2`) },
  { action: 'eks:DescribeCluster', resource: arn('eks', 'cluster/green') },
  { action: 'eks:DescribeCluster', resource: arn('eks', `cluster/${CLUSTER}`).replace('central', 'west') },
  { action: 'eks:DescribePodIdentityAssociation', resource: arn('eks', 'podidentityassociation/green/a-1') },
  { action: 'eks:CreatePodIdentityAssociation', resource: arn('eks', `cluster/${CLUSTER}`) },
  {
    action: 'eks:UpdatePodIdentityAssociation',
    resource: arn('eks', `podidentityassociation/${CLUSTER}/a-1`),
  },
  {
    action: 'eks:DeletePodIdentityAssociation',
    resource: arn('eks', `podidentityassociation/${CLUSTER}/a-1`),
  },
  { action: 'eks:TagResource', resource: arn('eks', `cluster/${CLUSTER}`) },
  { action: 'eks:DeleteCluster', resource: arn('eks', `cluster/${CLUSTER}`) },
  { action: 'eks:AccessKubernetesApi', resource: arn('eks', `cluster/${CLUSTER}`) },
  { action: 'eks:CreateAccessEntry', resource: arn('eks', `cluster/${CLUSTER}`) },
  { action: 'sqs:ReceiveMessage', resource: arn('sqs', 'pod-identity-revoker-green') },
  { action: 'sqs:ReceiveMessage', resource: arn('sqs', `${QUEUE_NAME}-dead-letters`) },
  { action: 'sqs:DeleteMessage', resource: arn('sqs', 'pod-identity-revoker-green') },
  { action: 'sqs:SendMessage', resource: arn('sqs', QUEUE_NAME) },
  { action: 'sqs:PurgeQueue', resource: arn('sqs', QUEUE_NAME) },
  { action: 'sqs:DeleteQueue', resource: arn('sqs', QUEUE_NAME) },
  { action: 'sqs:SetQueueAttributes', resource: arn('sqs', QUEUE_NAME) },
  { action: 'cloudtrail:StopLogging', resource: arn('cloudtrail', 'trail/main') },
  { action: 'events:DisableRule', resource: arn('events', `rule/${QUEUE_NAME}`) },
  { action: 'iam:PutRolePolicy', resource: 'arn:aws:iam::111122223333:role/reader' },
  { action: 'iam:PassRole', resource: ROLE },
  { action: 'iam:AttachRolePolicy', resource: ROLE },
  { action: 'iam:GetRole', resource: ROLE },
  { action: 'sts:AssumeRole', resource: 'arn:aws:iam::111122223333:role/reader' },
];

const TAGS = {
  'eks-cluster-arn': arn('eks', `cluster/${CLUSTER}`),
  'kubernetes-namespace': 'pod-identity-revoker',
  'kubernetes-service-account': 'pod-identity-revoker',
};

const POD_IDENTITY: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ['the daemon', {}, 'Allowed'],
  ['another cluster', { 'eks-cluster-arn': arn('eks', 'cluster/green') }, 'ImplicitlyDenied'],
  ['another namespace', { 'kubernetes-namespace': 'team-a' }, 'ImplicitlyDenied'],
  ['another service account', { 'kubernetes-service-account': 'default' }, 'ImplicitlyDenied'],
  ['nobody in particular', { 'kubernetes-service-account': '' }, 'ImplicitlyDenied'],
];

/** The simulator knows the condition keys of a few issuers only: one of them stands in for the cluster's. */
const KNOWN_ISSUER = 'accounts.google.com';

function asKnownIssuer(trust: JsonObject): JsonObject {
  const text = JSON.stringify(trust);
  assert.equal(text.split(ISSUER).length, 4, 'the provider and two condition keys');
  return JSON.parse(text.replaceAll(ISSUER, KNOWN_ISSUER)) as JsonObject;
}

const TOKEN: Readonly<Record<'sub' | 'aud' | 'issuer', string>> = {
  sub: 'system:serviceaccount:pod-identity-revoker:pod-identity-revoker',
  aud: 'sts.amazonaws.com',
  issuer: KNOWN_ISSUER,
};

const IRSA: readonly (readonly [string, Partial<typeof TOKEN>, string])[] = [
  ['the daemon', {}, 'Allowed'],
  [
    'another service account',
    { sub: 'system:serviceaccount:pod-identity-revoker:default' },
    'ImplicitlyDenied',
  ],
  ['another namespace', { sub: 'system:serviceaccount:team-a:pod-identity-revoker' }, 'ImplicitlyDenied'],
  ['another audience', { aud: 'kubernetes.default.svc' }, 'ImplicitlyDenied'],
  ['another cluster', { issuer: 'accounts.example.com' }, 'ImplicitlyDenied'],
];

function decided(policy: JsonObject, call: Call): Promise<string> {
  return evaluate({ principal: ROLE, identityPolicy: policy, ...call });
}

test('the calls of this test are those that the code makes', () => {
  assert.deepEqual(differences(Object.keys(CALLS), [...operationsOfTheCode(), ...AHEAD]), []);
  assert.deepEqual(
    operationsOfTheCode().filter((name) => AHEAD.includes(name)),
    [],
    'the code makes it now',
  );
});

test('the reading of the code can fail: a planted call is found', () => {
  const planted = `import {\n  type SQSClient,\n  PurgeQueueCommand,\n} from '@aws-sdk/client-sqs';`;
  assert.deepEqual(operationsIn(planted), ['PurgeQueue']);
  assert.deepEqual(operationsIn('await client.send(new sqs.PurgeQueueCommand({ QueueUrl }))'), [
    'PurgeQueue',
  ]);
  assert.deepEqual(operationsIn(`import { paginateListQueues } from '@aws-sdk/client-sqs';`), ['ListQueues']);
  assert.deepEqual(operationsIn(`import { GetThingCommand } from './own.ts';`), []);
});

for (const { tool, deploy } of BOTH) {
  const { policy } = deploy(DEFAULTS).role;

  for (const [operation, call] of Object.entries(CALLS)) {
    test(`${tool}: ${operation} is allowed`, async () => {
      assert.equal(await decided(policy, call), 'Allowed');
    });
  }

  test(`${tool}: nothing is granted but what the code calls`, () => {
    const all = deploy({ ...DEFAULTS, key: true }).role.policy;
    const granted = several(all['Statement']).flatMap((each) =>
      isObject(each) ? several(each['Action']) : [],
    );
    const called = [...Object.values(CALLS).map(({ action }) => action), 'kms:Decrypt'];
    assert.deepEqual(granted.map(String).toSorted(), called.toSorted());
  });

  for (const { action, resource } of NEIGHBOURS) {
    test(`${tool}: ${action} on ${resource} is denied`, async () => {
      assert.equal(await decided(policy, { action, resource }), 'ImplicitlyDenied');
    });
  }

  test(`${tool}: what is not chosen is not granted`, async () => {
    const withoutQueue = deploy({ ...DEFAULTS, queue: false, key: true }).role.policy;
    const withoutLookup = deploy({ ...DEFAULTS, lookup: false }).role.policy;
    const denied: readonly (readonly [JsonObject, Call | undefined])[] = [
      [withoutQueue, CALLS['ReceiveMessage']],
      [withoutQueue, CALLS['DeleteMessageBatch']],
      [withoutQueue, DECRYPT],
      [withoutLookup, CALLS['LookupEvents']],
      [policy, DECRYPT],
    ];
    for (const [chosen, call] of denied) {
      assert.ok(call);
      assert.equal(await decided(chosen, call), 'ImplicitlyDenied', call.action);
    }
  });

  test(`${tool}: with a key, this key decrypts and does nothing else`, async () => {
    const withKey = deploy({ ...DEFAULTS, key: true }).role.policy;
    const asked = (call: Call): Promise<string> =>
      evaluate({ principal: ROLE, identityPolicy: withKey, resourcePolicy: KEY_POLICY, ...call });
    assert.equal(await asked(DECRYPT), 'Allowed');
    for (const action of ['kms:GenerateDataKey', 'kms:Encrypt', 'kms:PutKeyPolicy']) {
      assert.equal(await asked({ action, resource: KEY }), 'ImplicitlyDenied', action);
    }
    const other = KEY.replace('1111-2222', '1111-0000');
    assert.notEqual(other, KEY);
    assert.equal(await asked({ action: 'kms:Decrypt', resource: other }), 'ImplicitlyDenied');
  });

  for (const [title, more, expected] of POD_IDENTITY) {
    test(`${tool}: Pod Identity may take the role for ${title}: ${expected}`, async () => {
      const { trust } = deploy(DEFAULTS).role;
      for (const action of ['sts:AssumeRole', 'sts:TagSession']) {
        const tags = Object.entries({ ...TAGS, ...more }).filter(([, value]) => value !== '');
        const context = Object.fromEntries(tags.map(([key, value]) => [`aws:RequestTag/${key}`, value]));
        const request = { action, resource: ROLE, resourcePolicy: trust, context };
        assert.equal(await evaluate({ principal: 'pods.eks.amazonaws.com', ...request }), expected, action);
        assert.equal(await evaluate({ principal: 'ec2.amazonaws.com', ...request }), 'ImplicitlyDenied');
      }
    });
  }

  for (const [title, more, expected] of IRSA) {
    test(`${tool}: IRSA may take the role for ${title}: ${expected}`, async () => {
      const { trust } = deploy({ ...DEFAULTS, irsa: true }).role;
      const { sub, aud, issuer } = { ...TOKEN, ...more };
      const request = {
        principal: `arn:aws:iam::111122223333:oidc-provider/${issuer}`,
        action: 'sts:AssumeRoleWithWebIdentity',
        resource: ROLE,
        resourcePolicy: asKnownIssuer(trust),
        context: { [`${KNOWN_ISSUER}:sub`]: sub, [`${KNOWN_ISSUER}:aud`]: aud },
      };
      assert.equal(await evaluate(request), expected);
    });
  }

  test(`${tool}: the association is the daemon's own, with session tags, and only with Pod Identity`, () => {
    const choice: Choice = { ...DEFAULTS, namespace: 'security', serviceAccount: 'revoker' };
    const { association } = deploy(choice);
    assert.deepEqual(association, {
      cluster: CLUSTER,
      namespace: 'security',
      serviceAccount: 'revoker',
      role: ROLE,
    });
    assert.equal(deploy({ ...choice, association: false }).association, undefined);
    assert.equal(deploy({ ...choice, irsa: true }).association, undefined);
  });

  test(`${tool}: a statement covers one cluster and no wildcard but its associations`, () => {
    assert.equal(statement(policy, 'ReadCluster')['Resource'], arn('eks', `cluster/${CLUSTER}`));
    assert.equal(
      statement(policy, 'ReadAssociations')['Resource'],
      arn('eks', `podidentityassociation/${CLUSTER}/*`),
    );
    assert.equal(statement(policy, 'ReadQueue')['Resource'], arn('sqs', QUEUE_NAME));
  });
}
