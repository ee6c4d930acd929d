/**
 * What every implementation of the Associations port must do, whatever stands behind it. The fake of the
 * simulation tests and the real adapter run the same suite, so that the fake can't drift.
 */

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Association, AssociationId } from '../../src/domain/association.ts';
import type { Grant } from '../../src/domain/grant.ts';
import { identityOf, type Identity } from '../../src/domain/identity.ts';
import type { Reading } from '../../src/domain/reading.ts';
import type { Associations } from '../../src/ports/associations.ts';

export type Trouble = 'throttled' | 'denied' | 'failed' | 'unreachable' | 'malformed' | 'not-found';

/** A cluster that the suite may change; it starts without associations. */
export type AssociationsHarness = {
  readonly associations: Associations;
  /** An identity that has none so far. List and Describe show each change at once. */
  readonly create: (identity: Identity, grant: Grant) => AssociationId;
  readonly update: (id: AssociationId, grant: Grant) => void;
  readonly remove: (id: AssociationId) => void;
  /** From now on every call of the kind ends so. `not-found`: the cluster is missing. */
  readonly trouble: (call: 'list' | 'describe', what: Trouble) => void;
  /** From now on List does not show what was done in the last minutes, and Describe does. */
  readonly delayList: () => void;
};

export type Start = (t: TestContext) => Promise<AssociationsHarness>;

const GRANT: Grant = { roleArn: 'arn:aws:iam::111122223333:role/one', disableSessionTags: false };
const OTHER: Grant = {
  roleArn: 'arn:aws:iam::111122223333:role/path/two',
  targetRoleArn: 'arn:aws:iam::444455556666:role/target',
  policy: '{"Version":"2012-10-17","Statement":[]}',
  disableSessionTags: true,
};
const RUNNER = identity('compute', 'runner');
const ODD = identity('a-1', 'name.with.dots-and-9');

function identity(namespace: string, serviceAccount: string): Identity {
  const made = identityOf(namespace, serviceAccount);
  assert.ok(made !== undefined);
  return made;
}

function unknownWhy(reading: Reading<unknown>): string {
  return reading.kind === 'unknown' ? reading.why : `known: ${JSON.stringify(reading.value)}`;
}

function valueOf<T>(reading: Reading<T>): T {
  assert.ok(reading.kind === 'known', unknownWhy(reading));
  return reading.value;
}

const never = new AbortController().signal;

export function associationsContract(name: string, start: Start): void {
  listing(name, start);
  describing(name, start);
  confirming(name, start);
  failing(name, start);
}

function listing(name: string, start: Start): void {
  test(`${name}: an empty cluster is known to be empty`, async (t) => {
    const { associations } = await start(t);
    assert.deepEqual(valueOf(await associations.list(never)), { ids: new Map(), unreadable: 0 });
  });

  test(`${name}: List shows every identity over all pages, in order`, async (t) => {
    const { associations, create } = await start(t);
    const created = new Map<string, AssociationId>();
    for (let count = 249; count >= 0; count -= 1) {
      const one = identity('compute', `runner-${String(count).padStart(3, '0')}`);
      created.set(one, create(one, GRANT));
    }
    const { ids, unreadable } = valueOf(await associations.list(never));
    assert.equal(unreadable, 0);
    assert.deepEqual(
      [...ids],
      [...created].toReversed().map(([one, id]) => [one, [id]]),
    );
  });

  test(`${name}: what was removed is no longer listed`, async (t) => {
    const { associations, create, remove } = await start(t);
    const id = create(RUNNER, GRANT);
    create(ODD, GRANT);
    remove(id);
    assert.deepEqual([...valueOf(await associations.list(never)).ids.keys()], [ODD]);
  });
}

function describing(name: string, start: Start): void {
  test(`${name}: Describe tells the grant, and the changed grant after an update`, async (t) => {
    const { associations, create, update } = await start(t);
    const id = create(ODD, OTHER);
    const first: Association = valueOf(await associations.describe(id, never));
    assert.deepEqual([first.id, first.identity, first.grant], [id, ODD, OTHER]);
    assert.ok(first.createdAt <= first.modifiedAt);

    update(id, { ...OTHER, roleArn: GRANT.roleArn });
    const second = valueOf(await associations.describe(id, never));
    assert.deepEqual([second.id, second.grant], [id, { ...OTHER, roleArn: GRANT.roleArn }]);
    assert.equal(second.createdAt, first.createdAt);
  });

  test(`${name}: Describe of what was removed is unknown: not-found`, async (t) => {
    const { associations, create, remove } = await start(t);
    const id = create(RUNNER, GRANT);
    remove(id);
    assert.equal(unknownWhy(await associations.describe(id, never)), 'not-found');
  });
}

function confirming(name: string, start: Start): void {
  test(`${name}: confirm says granted, with and without the known id`, async (t) => {
    const { associations, create } = await start(t);
    const id = create(RUNNER, GRANT);
    create(identity('compute', 'runner-2'), OTHER);
    for (const lastKnown of [id, undefined]) {
      const standing = valueOf(await associations.confirm(RUNNER, lastKnown, never));
      assert.ok(standing.kind === 'granted');
      assert.deepEqual([standing.association.id, standing.association.grant], [id, GRANT]);
    }
  });

  test(`${name}: confirm says none after the end, with and without the known id`, async (t) => {
    const { associations, create, remove } = await start(t);
    const id = create(RUNNER, GRANT);
    create(ODD, GRANT);
    remove(id);
    for (const lastKnown of [id, undefined]) {
      assert.deepEqual(valueOf(await associations.confirm(RUNNER, lastKnown, never)), { kind: 'none' });
    }
  });

  test(`${name}: confirm finds the recreated association, though the known id is gone`, async (t) => {
    const { associations, create, remove } = await start(t);
    const gone = create(RUNNER, GRANT);
    remove(gone);
    const id = create(RUNNER, GRANT);
    const standing = valueOf(await associations.confirm(RUNNER, gone, never));
    assert.equal(standing.kind === 'granted' && standing.association.id, id);
  });

  test(`${name}: List says nothing, Describe finds it: inconsistent`, async (t) => {
    const { associations, create, delayList } = await start(t);
    const id = create(RUNNER, GRANT);
    delayList();
    assert.equal(unknownWhy(await associations.confirm(RUNNER, id, never)), 'inconsistent');
  });
}

function failing(name: string, start: Start): void {
  for (const trouble of ['throttled', 'denied', 'failed', 'unreachable', 'malformed', 'not-found'] as const) {
    test(`${name}: List ${trouble}: list and confirm are unknown, nothing is none`, async (t) => {
      const harness = await start(t);
      const id = harness.create(RUNNER, GRANT);
      harness.remove(id);
      harness.trouble('list', trouble);
      if (trouble === 'not-found') harness.trouble('describe', trouble);
      assert.equal(unknownWhy(await harness.associations.list(never)), trouble);
      for (const lastKnown of [id, undefined]) {
        assert.equal(unknownWhy(await harness.associations.confirm(RUNNER, lastKnown, never)), trouble);
      }
    });

    if (trouble === 'not-found') continue;
    test(`${name}: Describe ${trouble}: confirm is unknown where it needs Describe`, async (t) => {
      const harness = await start(t);
      const id = harness.create(RUNNER, GRANT);
      harness.trouble('describe', trouble);
      assert.equal(unknownWhy(await harness.associations.describe(id, never)), trouble);
      assert.equal(unknownWhy(await harness.associations.confirm(RUNNER, id, never)), trouble);
      harness.remove(id);
      assert.equal(unknownWhy(await harness.associations.confirm(RUNNER, id, never)), trouble);
      assert.deepEqual(valueOf(await harness.associations.confirm(RUNNER, undefined, never)), {
        kind: 'none',
      });
    });
  }

  test(`${name}: an aborted signal rejects with its reason`, async (t) => {
    const { associations, create } = await start(t);
    const id = create(RUNNER, GRANT);
    const reason = new Error('stop');
    const signal = AbortSignal.abort(reason);
    const isReason = (error: unknown): boolean => error === reason;
    await assert.rejects(associations.list(signal), isReason);
    await assert.rejects(associations.describe(id, signal), isReason);
    await assert.rejects(associations.confirm(RUNNER, id, signal), isReason);
  });
}
