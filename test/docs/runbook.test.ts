/** The runbook against the alerts, both ways: one section for each, which says what it means, what to look at, what to do. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRIC_PREFIX } from '../../src/adapters/report/metric-table.ts';
import { BRAKES } from '../../src/domain/brake.ts';
import { alertRules } from '../ops/support/rules.ts';
import { anchors, differences, headings, readText, section } from './markdown.ts';

const RUNBOOK = readText('docs/runbook.md');
const SECTIONS = headings(RUNBOOK, 2);

test('every alert has its section, and no section is of anything else', async () => {
  const names = (await alertRules()).map(({ alert }) => alert);
  assert.deepEqual(differences(SECTIONS, names), []);
});

test('the link of every alert leads to its section', async () => {
  const known = anchors(RUNBOOK);
  for (const { alert, annotations } of await alertRules()) {
    const [, anchor = ''] = annotations['runbook_url']?.split('#') ?? [];
    assert.ok(known.has(anchor), alert);
  }
});

test('every section says what it means, what to look at and what to do, and names a metric of the alert', async () => {
  const rules = Map.groupBy(await alertRules(), ({ alert }) => alert);
  for (const heading of SECTIONS) {
    const text = section(RUNBOOK, heading);
    for (const part of ['**It means**', '**Look at**', '**Do**']) {
      assert.equal(text.split(part).length, 2, `${heading}: ${part}`);
    }
    const expressions = (rules.get(heading) ?? []).map(({ expr }) => expr).join(' ');
    const watched = [...expressions.matchAll(new RegExp(`${METRIC_PREFIX}\\w+`, 'g'))].map(([name]) =>
      name.replace(/_(?:bucket|count)$/, ''),
    );
    assert.ok(
      watched.some((name) => text.includes(name)),
      `${heading} names none of ${watched.join(', ')}`,
    );
  }
});

test('what to do about a brake is said of every brake', () => {
  const text = section(RUNBOOK, 'PodIdentityRevokerBrakeEngaged');
  const named = [...text.matchAll(/^- `([\w-]+)`/gm)].map(([, brake = '']) => brake);
  assert.deepEqual(differences(named, BRAKES), []);
});
