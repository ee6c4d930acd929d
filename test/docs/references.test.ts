/** What the documents point at exists: links, anchors, paths, settings, metrics. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { METRIC_PREFIX, METRICS } from '../../src/adapters/report/metric-table.ts';
import type { Metric } from '../../src/adapters/report/metric-table.ts';
import { SETTINGS } from '../../src/config.ts';
import type { Document } from './markdown.ts';
import { anchors, documents, links, readText, ROOT } from './markdown.ts';

function exists(path: string): boolean {
  return existsSync(join(ROOT, path));
}

function brokenLinks({ file, text }: Document): readonly string[] {
  return links(text)
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target))
    .flatMap((target) => {
      const [path = '', anchor] = decodeURI(target).split('#', 2);
      const to = path === '' ? file : normalize(join(dirname(file), path));
      if (path !== '' && !exists(to)) return [`${file}: ${target} leads nowhere`];
      if (anchor === undefined || !to.endsWith('.md')) return [];
      const there = to === file ? text : readText(to);
      return anchors(there).has(anchor) ? [] : [`${file}: ${target} names a heading that is not there`];
    });
}

/** A pattern such as `test/**` stands for the folder before its first asterisk. */
function missingPaths({ file, text }: Document): readonly string[] {
  const named = [...text.matchAll(/`((?:src|test|docs|simulator|scripts)\/[^`\s]*)`/g)];
  return named
    .map(([, path = '']) => path)
    .filter((path) => !exists(path.includes('*') ? dirname(`${path.split('*')[0]}x`) : path))
    .map((path) => `${file}: there is no ${path}`);
}

const METRIC_NAMES = new Set(
  Object.entries<Metric>(METRICS).flatMap(([name, { kind }]) => {
    const parts = kind === 'histogram' ? ['', '_bucket', '_sum', '_count'] : [''];
    return parts.map((part) => METRIC_PREFIX + name + part);
  }),
);

function unknownNames({ file, text }: Document): readonly string[] {
  const settings = [...text.matchAll(/\bREVOKER_[A-Z0-9_]+/g)].map(([name]) => name);
  const metrics = [...text.matchAll(/\bpod_identity_revoker_[a-z0-9_]+/g)].map(([name]) => name);
  return [
    ...settings.filter((name) => !Object.hasOwn(SETTINGS, name)),
    ...metrics.filter((name) => !METRIC_NAMES.has(name)),
  ].map((name) => `${file}: there is no ${name}`);
}

const DOCUMENTS = documents();

test('every relative link and anchor leads somewhere', () => {
  assert.ok(DOCUMENTS.length >= 12, `only ${DOCUMENTS.length} documents were found`);
  assert.ok(DOCUMENTS.flatMap(({ text }) => links(text)).length >= 20, 'too few links were found');
  assert.deepEqual(DOCUMENTS.flatMap(brokenLinks), []);
});

test('every path in backticks exists', () => {
  assert.deepEqual(DOCUMENTS.flatMap(missingPaths), []);
});

test('every setting and metric that a document names exists', () => {
  assert.deepEqual(DOCUMENTS.flatMap(unknownNames), []);
});

function planted(text: string): Document {
  return { file: 'docs/planted.md', text };
}

test('links: planted lies are found, and what is right passes', () => {
  const right = [
    '# One `heading`, with dots...\n[a](#one-heading-with-dots)',
    '## Twice\n## Twice\n[a](#twice) and [b](#twice-1)',
    '[a](verdicts.md), [b](verdicts.md#stages), [c](../LICENSE), [d](decisions/)',
    '[a](https://example.com/nothing#there), `[b](no.md)`\n```\n[c](no.md)\n# Not a heading\n```',
  ];
  assert.deepEqual(right.map(planted).flatMap(brokenLinks), []);
  const lies = [
    '[a](no-such-page.md)',
    '[a](../docs/no-such-page.md#stages)',
    '[a](verdicts.md#no-such-heading)',
    '[a](#nowhere)',
    '```\n# Not a heading\n```\n[a](#not-a-heading)',
    '## Once\n[a](#once-1)',
    '[a][b]\n\n[b]: no-such-page.md',
    '![a picture](no-such-picture.png)',
  ];
  for (const lie of lies) assert.equal(brokenLinks(planted(lie)).length, 1, lie);
});

test('paths: planted lies are found, and what is right passes', () => {
  const right =
    '`src/domain/`, `src/decide/judge.ts`, `test/**/*.test.ts`, `src/` and src/nowhere.ts in plain text';
  assert.deepEqual(missingPaths(planted(right)), []);
  const lies = [
    'src/decide/nowhere.ts',
    'test/nowhere/**/*.test.ts',
    'simulator/nowhere/',
    'docs/nowhere.md',
  ];
  for (const lie of lies) assert.equal(missingPaths(planted(`\`${lie}\``)).length, 1, lie);
});

test('names: planted lies are found, and what is right passes', () => {
  const right =
    '`REVOKER_MODE=dry-run`, `REVOKER_<NAME>_PORT`, `pod_identity_revoker_eviction_seconds_bucket{le="1"}`';
  assert.deepEqual(unknownNames(planted(right)), []);
  const lies = ['REVOKER_PLANTED', 'pod_identity_revoker_planted', 'pod_identity_revoker_holders_bucket'];
  for (const lie of lies) assert.equal(unknownNames(planted(lie)).length, 1, lie);
});
