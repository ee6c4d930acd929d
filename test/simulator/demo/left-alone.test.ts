/** How the pods that were left alone are grouped and told. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupLines, groupsOf } from '../../../simulator/demo/left-alone.ts';
import { judged, ORIGIN, pod } from './support.ts';

const web = { origin: 'team-a/web (Deployment)', hasToken: false };
const ledger = [0, 1].map((index) => pod(`ledger-${index}`, { origin: 'team-b/ledger (StatefulSet)' }));
const done = pod('score', { isFinished: true, origin: 'team-a/score (Job)' });

test('pods are grouped by the verdict, then by why they have none', () => {
  const fresh = pod('api-2', { hasToken: false, start: Math.floor(ORIGIN / 1000) * 1000 });
  const unseen = pod('unseen');
  const pods = [fresh, pod('web-1', web), ...ledger, done, unseen];
  const groups = groupsOf({
    pods,
    judged: [...ledger.map((one) => judged(one)), judged(done, 'keep', 'finished')],
    origin: ORIGIN,
  });
  assert.deepEqual(
    groups.map(({ why, pods: members }) => [why, members.map(({ name }) => name).join(' ')]),
    [
      ['keep (current)', 'ledger-0 ledger-1'],
      ['keep (finished)', 'score'],
      ['not judged', 'unseen'],
      ['no token volume', 'web-1'],
      ['replacement', 'api-2'],
    ],
  );
  assert.ok(groups.every(({ explanation }) => explanation !== ''));
});

test('a group is told with its count, its reason and where its pods come from', () => {
  const [group] = groupsOf({
    pods: [...ledger, pod('web-1', web)],
    judged: ledger.map((one) => judged(one)),
    origin: ORIGIN,
  });
  assert.ok(group);
  assert.deepEqual(groupLines(group), [
    '   2 pods  keep (current)   their association is in force, unchanged since before they started',
    '                            team-b/ledger (StatefulSet) ×2',
  ]);
});

test('long lists are broken between pods', () => {
  const many = Array.from({ length: 9 }, (_, index) =>
    pod(`p${index}`, { hasToken: false, origin: `domino-compute/workload-${index} (Deployment)` }),
  );
  const lines = groupsOf({ pods: many, judged: [], origin: ORIGIN }).flatMap(groupLines);
  assert.ok(lines.length > 4);
  assert.ok(
    lines
      .slice(1)
      .every((line) => line.length <= 100 && /^ {28}domino-compute.*\(Deployment\),?$/.test(line)),
  );
});
