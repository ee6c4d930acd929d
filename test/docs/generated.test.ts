/** The generated tables of the documents are those that the code makes now. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filled, PAGES, stalePages } from '../../scripts/docs.ts';
import { METRIC_PREFIX, METRICS } from '../../src/adapters/report/metric-table.ts';
import { SETTINGS } from '../../src/config.ts';
import { codes, differences, readText, rows, section } from './markdown.ts';

test('no generated table is stale (npm run docs writes them)', () => {
  assert.deepEqual(stalePages(), []);
});

test('the check can fail: a changed, a missing and an added row are each found', () => {
  for (const { file, render } of PAGES) {
    const text = readText(file);
    const table = /^\| `.*$/m;
    assert.equal(render(text.replace(table, '| `planted` | 1 |')), text);
    assert.equal(render(text.replace(table, '')), text);
    assert.equal(render(text.replace(table, '$&\n| `planted` | 1 |')), text);
  }
});

test('a page without its markers, or with two pairs of them, is refused', () => {
  const pair = '<!-- generated: t -->\nold\n<!-- end of t -->';
  assert.equal(filled(`a ${pair} z`, 't', 'new'), 'a <!-- generated: t -->\n\nnew\n\n<!-- end of t --> z');
  assert.throws(() => filled('no markers', 't', 'new'), /exactly one pair/);
  assert.throws(() => filled('<!-- generated: t -->\nold', 't', 'new'), /exactly one pair/);
  assert.throws(() => filled(`${pair}\n${pair}`, 't', 'new'), /exactly one pair/);
});

test('every setting and every metric has its row, and no row is of anything else', () => {
  const settings = rows(section(readText('docs/configuration.md'), 'Settings')).flatMap(([name]) =>
    codes(name),
  );
  assert.deepEqual(differences(settings, Object.keys(SETTINGS)), []);
  const metrics = rows(section(readText('docs/metrics.md'), 'Every metric')).flatMap(([name]) => codes(name));
  const existing = Object.keys(METRICS).map((name) => METRIC_PREFIX + name);
  assert.deepEqual(differences(metrics, existing), []);
});

test('every time that is measured says from which instant it is counted', () => {
  const text = section(readText('docs/metrics.md'), 'From which instant a time is counted');
  const documented = rows(text).flatMap(([name]) => codes(name));
  const times = Object.keys(METRICS).filter((name) => name.endsWith('_seconds'));
  assert.deepEqual(
    differences(
      documented,
      times.map((name) => METRIC_PREFIX + name),
    ),
    [],
  );
});
