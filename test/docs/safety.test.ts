/** docs/safety.md names the tests that hold each invariant: they exist, and none of them is left out. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { files, headings, readText, section } from './markdown.ts';

/** `file: title`, as the document names a test; what a template fills in is `…`. */
type Titles = ReadonlySet<string>;

/** A title is the first argument of `test`, or the name of a row of which a test is made. */
const TITLE = /(?:\btest\(|\bname:)\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;
/** Any text that begins like the title of an invariant's test, whatever it is used for. */
const INVARIANT =
  /'(invariant \d+:(?:[^'\\\n]|\\.)*)'|"(invariant \d+:(?:[^"\\\n]|\\.)*)"|`(invariant \d+:(?:[^`\\]|\\.)*)`/g;

function found(pattern: RegExp, file: string, text: string): readonly string[] {
  return [...text.matchAll(pattern)].map(([, ...quoted]) => {
    const title = quoted.find((each) => each !== undefined) ?? '';
    return `${file}: ${title.replaceAll(/\$\{[^}]*\}/g, '…').replaceAll(/\\(.)/g, '$1')}`;
  });
}

function documentedTests(page: string): readonly string[] {
  return [...page.matchAll(/^- `(test\/[^`]+)`: (.+)$/gm)].map(
    ([, file = '', title = '']) => `${file}: ${title}`,
  );
}

/** Names of tests that do not exist. */
function unheld(page: string, titles: Titles): readonly string[] {
  return documentedTests(page).filter((name) => !titles.has(name));
}

/** Invariants' tests that the section of their number does not name. */
function unnamed(page: string, invariants: Titles): readonly string[] {
  const named = new Set(
    headings(page, 2).flatMap((heading) => {
      const [, number] = /^Invariant (\d+)/.exec(heading) ?? [];
      return documentedTests(section(page, heading)).map((name) => `${number} ${name}`);
    }),
  );
  return [...invariants].filter((name) => {
    const [, number] = /: invariant (\d+):/.exec(name) ?? [];
    return !named.has(`${number} ${name}`);
  });
}

const PAGE = readText('docs/safety.md');
const TEST_FILES = files('test', '.ts')
  .filter((file) => !file.startsWith('test/docs/'))
  .map((file) => ({ file, text: readText(file) }));
const TITLES = new Set(TEST_FILES.flatMap(({ file, text }) => found(TITLE, file, text)));
const INVARIANTS = new Set(TEST_FILES.flatMap(({ file, text }) => found(INVARIANT, file, text)));

test('every test that docs/safety.md names exists, with exactly this title', () => {
  assert.ok(TITLES.size > 100, `only ${TITLES.size} titles were found`);
  assert.deepEqual(unheld(PAGE, TITLES), []);
});

test('every test whose title begins with its invariant is named under it', () => {
  assert.ok(INVARIANTS.size > 15, `only ${INVARIANTS.size} tests of invariants were found`);
  assert.deepEqual(unnamed(PAGE, INVARIANTS), []);
});

test('all twelve invariants are there, each with at least one test', () => {
  const invariants = headings(PAGE, 2).filter((heading) => heading.startsWith('Invariant'));
  assert.deepEqual(
    invariants.map((heading) => Number(/\d+/.exec(heading)?.[0])),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  );
  for (const heading of invariants) {
    assert.ok(documentedTests(section(PAGE, heading)).length > 0, heading);
  }
});

test('every line of a list under an invariant is one that these tests read', () => {
  for (const heading of headings(PAGE, 2).filter((each) => each.startsWith('Invariant'))) {
    const text = section(PAGE, heading);
    const lines = text.split('\n').filter((line) => line.startsWith('- '));
    assert.equal(documentedTests(text).length, lines.length, heading);
  }
});

test('the check can fail: planted lies are found', () => {
  const [first = ''] = documentedTests(PAGE);
  const misspelt = PAGE.replace(/^(- `test\/[^`]+`: .+)$/m, '$1 at all');
  assert.deepEqual(unheld(misspelt, TITLES), [`${first} at all`]);

  const written = "test('invariant 3: it is\\'nt', x); test(`invariant 4: for ${why} and ${each.b}`, y);";
  const planted = new Set(found(INVARIANT, 'test/planted.test.ts', written));
  const expected = [
    "test/planted.test.ts: invariant 3: it is'nt",
    'test/planted.test.ts: invariant 4: for … and …',
  ];
  assert.deepEqual([...planted], expected);
  assert.deepEqual(unnamed(PAGE, planted), expected);
  assert.deepEqual([...found(TITLE, 'test/planted.test.ts', written)], expected);

  const moved = PAGE.replaceAll('Invariant 12', 'Invariant 13');
  assert.ok(unnamed(moved, INVARIANTS).some((name) => name.includes('invariant 12:')));
});
