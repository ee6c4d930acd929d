/** The pattern language of rules, and what the rule for associations lets through. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { envelopeOf } from '../../../simulator/aws/eventbridge-envelope.ts';
import type { EventPattern } from '../../../simulator/aws/eventbridge-pattern.ts';
import { ASSOCIATION_PATTERN, matches } from '../../../simulator/aws/eventbridge-pattern.ts';
import * as analogues from '../../../simulator/aws/record-analogues.ts';
import { failed } from '../../../simulator/aws/record-variants.ts';
import * as records from '../../../simulator/aws/records.ts';

const ROWS: readonly (readonly [string, EventPattern, unknown, boolean])[] = [
  ['a literal matches itself', { a: ['x'] }, { a: 'x' }, true],
  ['and nothing else', { a: ['x'] }, { a: 'X' }, false],
  ['a number is no text', { a: ['1'] }, { a: 1 }, false],
  ['true, numbers and null are literals', { a: [true, 1, null] }, { a: null }, true],
  ['filters are alternatives', { a: ['x', 'y'] }, { a: 'y' }, true],
  ['fields must all match', { a: ['x'], b: ['y'] }, { a: 'x', b: 'z' }, false],
  ['a missing field does not match', { a: ['x'] }, {}, false],
  ['a list matches by one of its entries', { a: ['x'] }, { a: ['y', 'x'] }, true],
  ['fields nest', { a: { b: ['x'] } }, { a: { b: 'x', c: 'y' } }, true],
  ['a nested field of nothing is missing', { a: { b: ['x'] } }, {}, false],
  ['a prefix', { a: [{ prefix: 'Delete' }] }, { a: 'DeleteAddon' }, true],
  ['another prefix', { a: [{ prefix: 'Delete' }] }, { a: 'CreateAddon' }, false],
  ['a prefix of what is no text', { a: [{ prefix: '1' }] }, { a: 12 }, false],
  ['exists', { a: [{ exists: true }] }, { a: 'x' }, true],
  ['exists, though it is null', { a: [{ exists: true }] }, { a: null }, true],
  ['exists looks at leaves', { a: [{ exists: true }] }, { a: { b: 'x' } }, false],
  ['exists not', { a: [{ exists: false }] }, { a: 'x' }, false],
  ['exists not, nested in nothing', { a: { b: [{ exists: false }] } }, {}, true],
  ['inherited members are none', { constructor: [{ exists: false }] }, {}, true],
  ['an event that is no object', { a: ['x'] }, 'x', false],
];

for (const [name, pattern, event, expected] of ROWS) {
  test(`pattern: ${name}`, () => {
    assert.equal(matches(pattern, event), expected);
  });
}

test('the rule lets through successful writes that concern associations, and nothing else', () => {
  const association = records.recordedAssociation();
  const deleted = records.deleteAssociation(association);
  const passing = [
    records.createAssociation(association),
    records.updateAssociation(association),
    deleted,
    ...records.ADDON_CALLS.map((name) => records.addonCall(name, 'coredns')),
    records.deleteCluster(),
  ];
  const others = [
    failed(deleted),
    records.listAssociations(),
    records.describeAssociation(association.associationId),
    { ...deleted, eventSource: 'ecs.amazonaws.com' },
    ...Object.values(analogues).map((build) => build()),
  ];
  for (const record of passing) assert.ok(passes(record), record.eventName);
  for (const record of others) assert.ok(!passes(record), record.eventName);
});

function passes(record: records.TrailRecord): boolean {
  return matches(ASSOCIATION_PATTERN, envelopeOf(record));
}
