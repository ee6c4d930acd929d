/** Parsing at the edge, on anything that JSON can hold. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { listingOf } from '../../../src/adapters/aws/associations.ts';
import { parseAssociation, parsePage } from '../../../src/adapters/aws/parse.ts';
import { associationId } from '../../../src/domain/association.ts';
import { CLUSTER, entry, ID } from './harness.ts';

const anything = fc.anything({
  withDate: true,
  withNullPrototype: true,
  withBigInt: true,
  withSparseArray: true,
});

test('parsePage: never throws, and accounts for every entry', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(anything, fc.constant(entry(ID)))),
      fc.option(fc.string()),
      (associations, nextToken) => {
        const page = parsePage({ associations, nextToken }, CLUSTER);
        if (page.kind === 'nonsense') return;
        assert.equal(page.value.entries.length + page.value.unreadable, associations.length);
      },
    ),
  );
});

test('parsePage: no output without a list is an empty page', () => {
  fc.assert(
    fc.property(anything, (output) => {
      const holdsList = typeof output === 'object' && output !== null && 'associations' in output;
      fc.pre(!holdsList);
      assert.equal(parsePage(output, CLUSTER).kind, 'nonsense');
    }),
  );
});

test('parseAssociation: never throws; a changed field is understood as it is or not at all', () => {
  const whole = { ...entry(ID), roleArn: 'role', createdAt: new Date(1), modifiedAt: new Date(2) };
  const field = fc.constantFrom(
    ...Object.keys(whole),
    'policy',
    'targetRoleArn',
    'disableSessionTags',
    'extra',
  );
  fc.assert(
    fc.property(field, anything, (name, value) => {
      const result = parseAssociation(
        { association: { ...whole, [name]: value } },
        { clusterName: CLUSTER, id: ID },
      );
      if (result.kind === 'nonsense') return;
      const { id, grant, createdAt, modifiedAt } = result.value;
      assert.equal(id, ID);
      assert.ok(typeof grant.roleArn === 'string' && grant.roleArn !== '');
      assert.ok(Number.isFinite(createdAt) && Number.isFinite(modifiedAt));
      for (const text of [grant.policy, grant.targetRoleArn]) assert.ok(text === undefined || text !== '');
    }),
  );
});

test('listingOf: the order of entries and pages changes nothing', () => {
  const names = fc.constantFrom('a', 'b', 'c');
  const entries = fc.array(fc.tuple(names, names), { maxLength: 12 });
  fc.assert(
    fc.property(
      entries.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([one, other]) => {
        assert.deepEqual([...listing(one)], [...listing(other)]);
      },
    ),
  );
});

function listing(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, readonly string[]> {
  return listingOf(
    pairs.map(([namespace, id]) => {
      const page = parsePage({ associations: [entry(associationId(id), namespace)] }, CLUSTER);
      assert.ok(page.kind === 'parsed');
      return page.value;
    }),
  ).ids;
}
