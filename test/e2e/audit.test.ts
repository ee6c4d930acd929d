/** The commands that look once: run as a user runs them, against a cluster with a past. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { associate, dissociate, update } from '../../simulator/cluster/associations.ts';
import { startWithPast } from '../../simulator/cluster/history.ts';
import { makeNamespace, makeServiceAccount } from '../../simulator/cluster/places.ts';
import { barePod } from '../../simulator/cluster/pods.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { DaemonProcess } from './scene.ts';

const HOUR = 3_600_000;
const ROLE = 'arn:aws:iam::111122223333:role/';

type Answer = { readonly code: number; readonly text: string; readonly errors: string };

async function call(simulator: Simulator, ...args: readonly string[]): Promise<Answer> {
  const process = new DaemonProcess(
    { ...simulator.env(), REVOKER_CLUSTER_NAME: simulator.clusterName },
    args,
  );
  const code = await process.ended;
  return { code, text: process.lines.map(({ msg }) => msg).join('\n'), errors: process.errors };
}

function account(simulator: Simulator, name: string): { namespace: string; serviceAccount: string } {
  const { store } = simulator.kubernetes;
  if (store.get('namespaces', undefined, 'team-a') === undefined) makeNamespace(store, 'team-a');
  makeServiceAccount(store, 'team-a', name);
  return { namespace: 'team-a', serviceAccount: name };
}

/** Five hours of a small cluster: a role was swapped, an association deleted, a pod came before its association. */
function fiveHours(simulator: Simulator, pass: (ms: number) => void): void {
  const [etl, gone, web, late] = ['etl', 'gone', 'web', 'late'].map((name) => account(simulator, name)) as [
    ReturnType<typeof account>,
    ReturnType<typeof account>,
    ReturnType<typeof account>,
    ReturnType<typeof account>,
  ];
  for (const each of [etl, gone, web]) {
    associate(simulator, each, { roleArn: `${ROLE}old` });
  }
  pass(HOUR);
  for (const each of [etl, gone, web, late])
    simulator.pods.create(barePod({ ...each, name: `${each.serviceAccount}-0` }));
  pass(HOUR);
  update(simulator, etl, { roleArn: `${ROLE}new` });
  associate(simulator, late, { roleArn: `${ROLE}late` });
  pass(HOUR);
  dissociate(simulator, gone);
  simulator.pods.create(barePod({ ...etl, name: 'etl-1' }));
  pass(2 * HOUR);
}

test('audit: what is stale, undecided and missed, who did it, and how long the credentials live', async () => {
  const simulator = await startWithPast({ since: 5 * HOUR }, fiveHours);
  await using _ = { [Symbol.asyncDispose]: () => simulator.close() };
  const table = await call(simulator, 'audit', '--quiet');
  assert.equal(table.code, 3, table.errors);
  assert.match(table.text, /^NAMESPACE +POD +STATE +IDENTITY +CAUSE +SINCE +BY +CREDENTIALS$/m);
  assert.match(table.text, /^team-a +etl-0 +stale +team-a\/etl +superseded +\S+Z +arn:\S+ +3h left$/m);
  assert.match(table.text, /^team-a +gone-0 +stale +team-a\/gone +deleted +\S+Z +arn:\S+ +4h left$/m);
  assert.match(table.text, /^team-a +late-0 +missed +team-a\/late +reported /m);
  assert.match(table.text, /^2 stale, 0 undecided, 0 expired of 4 holders of 3 identities; 1 missed$/m);
  assert.doesNotMatch(table.text, /etl-1|web-0/);
  assert.deepEqual(simulator.kubernetes.requests.writes(), []);

  const json = await call(simulator, 'audit', '--output', 'json', '--namespace', 'team-a');
  const document = JSON.parse(json.text) as {
    stale: number;
    pods: { pod: string; role: string; by: string }[];
  };
  assert.equal(json.code, 3);
  assert.match(json.errors, /reading the pods…/);
  assert.equal(document.stale, 2);
  assert.deepEqual(
    document.pods.map(({ pod, role }) => [pod, role]),
    [
      ['etl-0', `${ROLE}old`],
      ['gone-0', `${ROLE}old`],
      ['late-0', null],
    ],
  );

  const elsewhere = await call(simulator, 'audit', '--namespace', 'team-b');
  assert.equal(elsewhere.code, 0, elsewhere.errors);
  assert.match(elsewhere.text, /^0 stale/m);
});

test('explain: the facts, the history, each rule that was asked and the one that spoke', async () => {
  const simulator = await startWithPast({ since: 5 * HOUR }, fiveHours);
  await using _ = { [Symbol.asyncDispose]: () => simulator.close() };
  const stale = await call(simulator, 'explain', 'team-a/etl-0', '-q');
  assert.equal(stale.code, 3, stale.errors);
  assert.match(stale.text, /identity +team-a\/etl/);
  assert.match(stale.text, /role\/old, from \S+ to between \S+ and \S+ \(told by CloudTrail\)/);
  assert.match(stale.text, /UpdatePodIdentityAssociation by arn:/);
  assert.match(
    stale.text,
    /Is every grant that it can have been given in force\? No: a grant was superseded/,
  );
  assert.match(
    stale.text,
    /^ {2}→ Has the end of the grant lasted for the settle time\? wait \(settling\)\.$/m,
  );

  const kept = await call(simulator, 'explain', 'team-a/web-0', '-q', '-o', 'json');
  assert.equal(kept.code, 0, kept.errors);
  const document = JSON.parse(kept.text) as { verdict: unknown; rules: unknown[] };
  assert.deepEqual(document.verdict, { kind: 'keep', reason: 'current' });
  assert.equal(document.rules.length, 3);

  const missed = await call(simulator, 'explain', 'team-a/late-0', '-q');
  assert.equal(missed.code, 0, missed.errors);
  assert.match(missed.text, /has no token volume: it is no holder/);

  const nobody = await call(simulator, 'explain', 'team-a/nobody', '-q');
  assert.equal(nobody.code, 2);
  assert.match(nobody.errors, /there is no pod team-a\/nobody/);
  const wrong = await call(simulator, 'explain', 'etl-0', '-q');
  assert.equal(wrong.code, 2);
  assert.match(wrong.errors, /NAMESPACE\/POD/);
});

test('audit that can not tell says so, and what is missing: exit code 1', async () => {
  const simulator = await startWithPast({ since: HOUR }, (sim, pass) => {
    const etl = account(sim, 'etl');
    associate(sim, etl, { roleArn: `${ROLE}old` });
    sim.pods.create(barePod({ ...etl, name: 'etl-0' }));
    pass(HOUR);
  });
  await using _ = { [Symbol.asyncDispose]: () => simulator.close() };
  simulator.eks.access.deny('ListPodIdentityAssociations');
  const denied = await call(simulator, 'audit', '-q');
  assert.equal(denied.code, 1);
  assert.match(denied.errors, /eks:ListPodIdentityAssociations/);
  assert.match(denied.text, /etl-0 +undecided .*reading-unknown/);
});
