/** The decision records: their shape, and the list of dependencies against package.json, both ways. */

import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { codes, differences, files, headings, readText, rows } from './markdown.ts';

const PAGE = readText('docs/decisions/0001-dependencies.md');
const MANIFEST = readText('package.json');
const AT_RUN_TIME = ['dependencies'];
const OTHERS = ['devDependencies', 'optionalDependencies'];

function packagesOf(manifest: string, groups: readonly string[]): readonly string[] {
  const parsed = JSON.parse(manifest) as Record<string, Record<string, string> | undefined>;
  return groups.flatMap((group) => Object.keys(parsed[group] ?? {}));
}

/** The packages of one of the page's tables: what runs with the daemon, and what does not. */
function listed(page: string, which: 'run time' | 'development'): readonly string[] {
  const [runTime = '', development = ''] = page.split('For development and tests:');
  return rows(which === 'run time' ? runTime : development).flatMap(([name]) => codes(name));
}

test('every dependency is in the record, in the right table, and nothing else is', () => {
  assert.deepEqual(differences(listed(PAGE, 'run time'), packagesOf(MANIFEST, AT_RUN_TIME)), []);
  assert.deepEqual(differences(listed(PAGE, 'development'), packagesOf(MANIFEST, OTHERS)), []);
});

test('the comparison can fail: planted dependencies are found on either side', () => {
  const more = MANIFEST.replace('"dependencies": {', '"dependencies": { "planted": "1.0.0",');
  assert.deepEqual(differences(listed(PAGE, 'run time'), packagesOf(more, AT_RUN_TIME)), [
    'exists, but is not documented: planted',
  ]);
  const lying = PAGE.replace(/^\| `pino` /m, '| `planted` | a | b |\n$&');
  assert.deepEqual(differences(listed(lying, 'run time'), packagesOf(MANIFEST, AT_RUN_TIME)), [
    'documented, but does not exist: planted',
  ]);
});

test('every record has a number of its own and the four parts', () => {
  const records = files('docs/decisions', '.md');
  const numbers = records.map((file) => basename(file).slice(0, 4));
  assert.deepEqual(
    numbers,
    numbers.map((_, n) => String(n + 1).padStart(4, '0')),
  );
  for (const file of records) {
    const text = readText(file);
    assert.ok(text.startsWith(`# ${basename(file).slice(0, 4)}: `), file);
    const parts = ['Context', 'Decision', 'Consequences', 'What would change our mind'];
    assert.deepEqual(headings(text, 2), parts, file);
  }
});
