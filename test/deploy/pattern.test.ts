/** The rule's pattern on the records of the test data, and against the other places that have it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { envelopeOf } from '../../simulator/aws/eventbridge-envelope.ts';
import type { EventPattern } from '../../simulator/aws/eventbridge-pattern.ts';
import { ASSOCIATION_PATTERN, matches } from '../../simulator/aws/eventbridge-pattern.ts';
import * as analogues from '../../simulator/aws/record-analogues.ts';
import * as variants from '../../simulator/aws/record-variants.ts';
import * as records from '../../simulator/aws/records.ts';
import { EVENT_NAMES } from '../../src/adapters/aws/record.ts';
import { envelope, record } from '../adapters/aws/records.ts';
import { readText } from '../docs/markdown.ts';
import { BOTH } from './both.ts';
import { DEFAULTS } from './choice.ts';

const ASSOCIATION = records.recordedAssociation();
const DELETED = records.deleteAssociation(ASSOCIATION);

const MATCHING: readonly (readonly [string, unknown])[] = [
  ['a creation', envelopeOf(records.createAssociation(ASSOCIATION))],
  ['an update', envelopeOf(records.updateAssociation(ASSOCIATION))],
  ['a deletion', envelopeOf(DELETED)],
  ['a deletion as the adapter is tested with', envelope()],
  ['a deletion by a service', envelopeOf(variants.byService(DELETED))],
  ['a deletion without an answer', envelopeOf(variants.withoutAnswer(DELETED))],
  ['a deletion with clusterName', envelopeOf(variants.withClusterName(DELETED))],
  ['a deletion with encoded parameters', envelopeOf(variants.withEncodedParameters(DELETED))],
  ['a deletion with times as text', envelopeOf(variants.withTextTimes(DELETED))],
  ['the deletion of a cluster', envelopeOf(records.deleteCluster())],
  ...records.ADDON_CALLS.map((name) => [name, envelopeOf(records.addonCall(name, 'coredns'))] as const),
];

const OTHERS: readonly (readonly [string, unknown])[] = [
  ['a refused deletion', envelopeOf(variants.failed(DELETED))],
  ['a refused deletion as the adapter is tested with', envelope(record({ errorCode: 'AccessDenied' }))],
  ['a list', envelopeOf(records.listAssociations())],
  ['a description', envelopeOf(records.describeAssociation(ASSOCIATION.associationId))],
  ['another source', envelopeOf({ ...DELETED, eventSource: 'ecs.amazonaws.com' })],
  ['an event of an application that calls itself EKS', envelope(record(), { source: 'my.eks' })],
  ['no API call', envelope(record(), { 'detail-type': 'EKS Addon Deletion Succeeded' })],
  ...Object.entries(analogues).map(([name, build]) => [name, envelopeOf(build())] as const),
];

function sorted(pattern: EventPattern): unknown {
  return JSON.parse(
    JSON.stringify(pattern, (_key, value: unknown) =>
      Array.isArray(value) ? value.toSorted((one, other) => String(one).localeCompare(String(other))) : value,
    ),
  );
}

for (const { tool, deploy } of BOTH) {
  const pattern = deploy(DEFAULTS).rule?.['pattern'] as EventPattern;

  for (const [name, event] of MATCHING) {
    test(`${tool}: the rule takes ${name}`, () => {
      assert.ok(matches(pattern, event));
    });
  }

  for (const [name, event] of OTHERS) {
    test(`${tool}: the rule leaves ${name}`, () => {
      assert.ok(!matches(pattern, event));
    });
  }

  test(`${tool}: the pattern is that of docs/hints.md and of the simulator, and has what the daemon understands`, () => {
    const [, json = ''] = /```json\n([\s\S]*?)```/.exec(readText('docs/hints.md')) ?? [];
    assert.deepEqual(sorted(pattern), sorted(JSON.parse(json) as EventPattern));
    assert.deepEqual(sorted(pattern), sorted(ASSOCIATION_PATTERN));
    const { eventName } = pattern['detail'] as { readonly eventName: readonly string[] };
    assert.deepEqual(eventName.toSorted(), [...EVENT_NAMES].toSorted());
  });
}

test('the comparison can fail', () => {
  const other = { ...ASSOCIATION_PATTERN, source: ['aws.eks', 'aws.ecs'] };
  assert.notDeepEqual(sorted(other), sorted(ASSOCIATION_PATTERN));
});
