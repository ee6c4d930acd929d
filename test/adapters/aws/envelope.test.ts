/** The bodies of queue messages: what carries a record, what does not, and anything at all. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseBody } from '../../../src/adapters/aws/envelope.ts';
import { type Heard, parseRecord } from '../../../src/adapters/aws/record.ts';
import { type Refusal, REFUSALS } from '../../../src/domain/hint.ts';
import { iso } from '../../../src/domain/time.ts';
import {
  associationFields,
  body,
  CLUSTER,
  type Draft,
  envelope,
  EVENT_AT,
  expected,
  record,
} from './records.ts';

function notification(message: string): string {
  return JSON.stringify({ Type: 'Notification', TopicArn: 'arn:aws:sns:x', Message: message });
}

test('an envelope is opened, and so is one in an SNS notification', () => {
  for (const text of [body(), notification(body())]) {
    const heard = parseBody(text, expected());
    assert.equal(heard.kind === 'association' && heard.identity, 'team-a/etl');
  }
});

const DEEP = 100_000;

const REFUSED: readonly (readonly [name: string, body: unknown, why: Refusal, detail: RegExp])[] = [
  ['no body', undefined, 'malformed', /no text/],
  ['a number', 5, 'malformed', /no text/],
  ['nothing', '', 'malformed', /no JSON/],
  ['no JSON', 'hello', 'malformed', /no JSON/],
  ['half an envelope', body().slice(0, 200), 'malformed', /no JSON/],
  ['a huge text', `"${'x'.repeat(300_000)}"`, 'malformed', /300002 characters/],
  ['bare nesting', '['.repeat(DEEP), 'malformed', /deeper than 100 levels/],
  ['deep nesting', '['.repeat(DEEP) + ']'.repeat(DEEP), 'malformed', /deeper than 100 levels/],
  ['a string of escapes without end', `"${'\\"'.repeat(DEEP)}`, 'malformed', /no JSON/],
  ['a string of escapes', `"${'\\"'.repeat(DEEP)}"`, 'not-an-envelope', /no object/],
  ['brackets after escapes', JSON.stringify(['\\', '"[']), 'not-an-envelope', /no object/],
  ['brackets without end in a text', JSON.stringify('[{'.repeat(DEEP)), 'not-an-envelope', /no object/],
  ['null', 'null', 'not-an-envelope', /no object/],
  ['a list', '[]', 'not-an-envelope', /no object/],
  ['an empty object', '{}', 'not-an-envelope', /no fields/],
  ['raw records', JSON.stringify({ Records: [record()] }), 'not-an-envelope', /the fields Records/],
  ['a bare record', JSON.stringify(record()), 'not-an-envelope', /the fields eventVersion/],
  ['an S3 test event', '{"Service":"Amazon S3","Event":"s3:TestEvent"}', 'not-an-envelope', /Service, Event/],
  ['another detail-type', body({}, { 'detail-type': 'EKS Addon Creation' }), 'not-an-envelope', /EKS Addon/],
  ['a detail-type of another type', body({}, { 'detail-type': {} }), 'not-an-envelope', /no text/],
  ['no detail', body(null), 'not-an-envelope', /CloudTrail/],
  ['a detail that is a list', body([record()]), 'not-an-envelope', /CloudTrail/],
  ['a detail that is a text', body(JSON.stringify(record())), 'not-an-envelope', /CloudTrail/],
  ['another account', body(record(), { account: '999999999999' }), 'foreign', /account 999999999999/],
  ['another Region', body(record(), { region: 'eu-west-1' }), 'foreign', /Region eu-west-1/],
  ['a notification of nothing', notification('hello'), 'malformed', /SNS notification of a text/],
  ['wrapped twice', notification(notification(body())), 'not-an-envelope', /the fields Type/],
  ['a detail without anything', body({}), 'malformed', /without eventSource/],
];

for (const [name, text, why, detail] of REFUSED) {
  test(`refused, ${name}: ${why}`, () => {
    const heard = parseBody(text, expected());
    assert.ok(heard.kind === 'refused');
    assert.equal(heard.why, why, heard.detail);
    assert.match(heard.detail, detail);
  });
}

function nested(levels: number): string {
  return '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
}

test('a policy that is unfolded and nests is a policy; nothing nests without end', () => {
  const text = body(record({ responseElements: { association: associationFields({ policy: '@' }) } }));
  const heard = parseBody(text.replace('"@"', nested(90)), expected());
  assert.ok(heard.kind === 'association');
  assert.equal(heard.grant?.policy, nested(90));
  assert.equal(parseBody(text.replace('"@"', nested(20_000)), expected()).kind, 'refused');
});

/** What must hold for whatever was heard, whatever was sent. */
function check(heard: Heard): void {
  if (heard.kind === 'refused') {
    assert.ok(REFUSALS.includes(heard.why));
    assert.ok(heard.detail.length < 400 && !/\p{C}/u.test(heard.detail), heard.detail);
    if (heard.eventAt !== undefined) iso(heard.eventAt);
    return;
  }
  iso(heard.evidence.at);
  assert.ok(JSON.stringify(heard).length < 50_000);
  if (heard.kind === 'association')
    assert.ok(heard.identity !== undefined || heard.association !== undefined);
}

const anything = fc.oneof(
  fc.anything({ withDate: true, withNullPrototype: true, withBigInt: true, withSparseArray: true }),
  fc.jsonValue(),
  fc.constantFrom('__proto__', 'constructor', -0, 1e308, '\u0000', 'x'.repeat(100_000), []),
);

test('any text, any JSON, any value: never throws, never a hint', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), anything), (text) => {
      const heard = parseBody(text, expected());
      check(heard);
      assert.equal(heard.kind, 'refused');
      check(parseRecord(text, expected()));
    }),
    { numRuns: 2_000 },
  );
});

/** All places in a document where something can be put instead. */
function paths(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, inner]) => paths(inner).map((path) => [key, ...path]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const fields = typeof value === 'object' && value !== null ? (value as Draft) : {};
  const copy = { ...fields };
  Object.defineProperty(copy, key, {
    value: replaced(fields[key], rest, by),
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return copy;
}

const whole = envelope();
const places = [
  ...paths(whole),
  ['detail', '__proto__'],
  ['detail', 'constructor'],
  ['detail', 'errorCode'],
  ['detail', 'requestParameters', 'clusterName'],
  ['detail', 'responseElements', 'association', 'policy'],
  ['detail', 'responseElements', 'addon'],
  ['detail', '__proto__', 'eventName'],
  ['__proto__'],
];

test('a valid message with one or two fields replaced by anything: never throws', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...places), fc.jsonValue()), { minLength: 1, maxLength: 2 }),
      (changes) => {
        const changed = changes.reduce<unknown>((value, [path, by]) => replaced(value, path, by), whole);
        check(parseBody(JSON.stringify(changed), expected()));
      },
    ),
    { numRuns: 3_000 },
  );
});

/** What stands at the path. */
function reached(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Draft | undefined)?.[key], value);
}

const CLUSTER_PLACES = [
  ['detail', 'requestParameters', 'name'],
  ['detail', 'requestParameters', 'clusterName'],
  ['detail', 'responseElements', 'association', 'clusterName'],
] as const;
const OUTER_PLACES = [
  ['account'],
  ['region'],
  ['detail', 'recipientAccountId'],
  ['detail', 'awsRegion'],
] as const;

test('whatever is put where the cluster, the account or the Region stands: ours, or no hint', () => {
  const foreign = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.integer(),
    fc.constant({}),
    fc.constant([CLUSTER]),
  );
  fc.assert(
    fc.property(fc.constantFrom(...CLUSTER_PLACES, ...OUTER_PLACES), foreign, (path, by) => {
      fc.pre(by !== CLUSTER && by !== reached(whole, path));
      const heard = parseBody(JSON.stringify(replaced(whole, path, by)), expected());
      assert.equal(heard.kind, 'refused');
    }),
    { numRuns: 1_000 },
  );
});

test('the time of the event is told with the refusal, where the envelope tells it', () => {
  const heard = parseBody(body(record(), { account: '999999999999' }), expected());
  assert.equal(heard.kind === 'refused' && heard.eventAt, EVENT_AT);
});
