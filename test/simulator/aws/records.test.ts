/** The builders of records: each shape that the facts know of CloudTrail, as plain JSON. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { envelopeOf } from '../../../simulator/aws/eventbridge-envelope.ts';
import * as analogues from '../../../simulator/aws/record-analogues.ts';
import {
  byService,
  failed,
  withClusterName,
  withEncodedParameters,
  withTextTimes,
  withoutAnswer,
} from '../../../simulator/aws/record-variants.ts';
import * as records from '../../../simulator/aws/records.ts';

const ASSOCIATION = records.recordedAssociation();
const DELETED = records.deleteAssociation(ASSOCIATION);

const EACH: readonly records.TrailRecord[] = [
  DELETED,
  records.createAssociation(ASSOCIATION),
  records.updateAssociation(ASSOCIATION),
  records.describeAssociation('a-abcdefghijklmnop1'),
  records.listAssociations(),
  ...records.ADDON_CALLS.map((name) => records.addonCall(name, 'coredns')),
  records.deleteCluster(),
  ...Object.values(analogues).map((build) => build()),
  failed(DELETED),
  withClusterName(DELETED),
  withTextTimes(DELETED),
  withEncodedParameters(DELETED),
  byService(DELETED),
  withoutAnswer(DELETED),
];

test('every record is plain JSON with an id of its own, whole seconds, and the members that all records have', () => {
  for (const record of EACH) {
    assert.deepEqual(JSON.parse(JSON.stringify(record)), record, record.eventName);
    assert.match(record.eventTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal(record.eventType, 'AwsApiCall');
  }
  const made = [...Array(3)].map(() => records.deleteAssociation(ASSOCIATION).eventID);
  assert.equal(new Set(made).size, 3);
});

test('reads are told from writes', () => {
  const reads = EACH.filter((record) => record.readOnly).map((record) => record.eventName);
  assert.deepEqual(reads, [
    'DescribePodIdentityAssociation',
    'ListPodIdentityAssociations',
    'AssumeRole',
    'AssumeRoleForPodIdentity',
  ]);
});

test('a refused call has its error and no answer', () => {
  const refused = failed(DELETED, 'AccessDenied', 'no');
  assert.deepEqual(
    [refused.errorCode, refused.errorMessage, refused.responseElements],
    ['AccessDenied', 'no', null],
  );
  assert.equal(refused.eventID, DELETED.eventID);
});

test('old samples name the cluster clusterName, times may be text, parameters may be URL-encoded', () => {
  assert.deepEqual(withClusterName(DELETED).requestParameters, {
    associationId: 'a-abcdefghijklmnop1',
    clusterName: 'simulated',
  });
  assert.deepEqual(withTextTimes(DELETED).responseElements, {
    association: {
      ...ASSOCIATION,
      createdAt: '2026-11-22T21:51:45.922Z',
      modifiedAt: '2026-11-22T21:51:45.922Z',
    },
  });
  assert.equal(ASSOCIATION.createdAt, 1_795_384_305.922);
  assert.deepEqual(withEncodedParameters(DELETED).requestParameters, {
    associationId: 'a%2Dabcdefghijklmnop1',
    name: 'simulated',
  });
  const { requestParameters } = analogues.createAccessEntry();
  assert.equal(requestParameters?.['principalArn'], 'arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Foperator');
});

test('place, time and caller are as the options say', () => {
  const at = Date.parse('2026-01-02T03:04:05.999Z');
  const options = { region: 'eu-west-1', account: '444455556666', clusterName: 'other', at };
  const association = records.recordedAssociation({ serviceAccount: 'writer' }, options);
  const record = records.deleteAssociation(association, { ...options, principal: 'eks.amazonaws.com' });
  assert.equal(record.eventTime, '2026-01-02T03:04:05Z');
  assert.deepEqual(record.userIdentity, { type: 'AWSService', invokedBy: 'eks.amazonaws.com' });
  assert.deepEqual([record.awsRegion, record.recipientAccountId], ['eu-west-1', '444455556666']);
  assert.match(
    association.associationArn,
    /^arn:aws:eks:eu-west-1:444455556666:podidentityassociation\/other\/a-/,
  );
  assert.equal(record.requestParameters?.['name'], 'other');
});

test('the envelope has the place and time of its record, no resources, and an id of its own', () => {
  const { id, ...rest } = envelopeOf(DELETED);
  assert.notEqual(id, DELETED.eventID);
  assert.deepEqual(rest, {
    version: '0',
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.eks',
    account: '111122223333',
    time: '2026-11-23T21:51:45Z',
    region: 'us-west-2',
    resources: [],
    detail: DELETED,
  });
  assert.equal(envelopeOf(analogues.assumeRole()).source, 'aws.sts');
  assert.equal(envelopeOf(DELETED, 'given').id, 'given');
});
