/** How the timeline looks: times, columns, widths, colours. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { wantsColours } from '../../../simulator/demo/screen.ts';
import { ageText, entryLines, hanging, sinceText, WIDTH, wrapped } from '../../../simulator/demo/timeline.ts';
import { ORIGIN, paper } from './support.ts';

test('times are told in tenths of a second, in a column', () => {
  const rows = [
    [0, '+  0.0 s'],
    [6640, '+  6.6 s'],
    [12_680, '+ 12.7 s'],
    [123_456, '+123.5 s'],
    [-1000, '-  1.0 s'],
  ] as const;
  for (const [ms, text] of rows) assert.equal(sinceText(ORIGIN + ms, ORIGIN), text);
});

test('ages are told as people do', () => {
  const rows = [
    [20_000, '20 s'],
    [60_000, '1 min'],
    [75 * 60_000, '75 min'],
    [120 * 60_000, '2 h'],
    [26 * 3_600_000, '26 h'],
  ] as const;
  for (const [ms, text] of rows) assert.equal(ageText(ms), text);
});

test('an entry is one line; a long text goes on below its beginning', () => {
  const short = entryLines({ at: ORIGIN + 6600, stage: 'gone', text: 'web-1   (bare pod)' }, ORIGIN);
  assert.deepEqual(short, ['+  6.6 s  gone       web-1   (bare pod)']);
  const text = Array.from({ length: 40 }, (_, index) => `word${index}`).join(' ');
  const long = entryLines({ at: ORIGIN, stage: 'suspected', text }, ORIGIN);
  assert.ok(long.length > 2);
  assert.ok(long.every((line) => line.length <= WIDTH));
  assert.ok(long.slice(1).every((line) => /^ {21}\S/.test(line)));
  assert.equal(long.map((line) => line.slice(21)).join(' '), text);
});

test('text is broken between words, its columns stay, and a word that is too long is not cut', () => {
  assert.deepEqual(wrapped('a  b', 10), ['a  b']);
  assert.deepEqual(wrapped('one  two three', 9), ['one  two', 'three']);
  assert.deepEqual(wrapped('one two', 3), ['one', 'two']);
  assert.deepEqual(wrapped('arn:aws:iam::role x', 5), ['arn:aws:iam::role', 'x']);
  assert.deepEqual(wrapped('unbreakable', 5), ['unbreakable']);
  assert.deepEqual(hanging('ok', 4, 'well'), ['ok  well']);
});

test('colours change the look and not the text', () => {
  const [plain, coloured] = [paper(false), paper(true)];
  for (const { screen } of [plain, coloured]) {
    screen.entry({ at: ORIGIN, stage: 'contained', text: 'all gone' }, ORIGIN);
    screen.line(screen.paint('bad', 'FAILED'));
  }
  assert.equal(plain.text(), '+  0.0 s  contained  all gone\nFAILED\n');
  assert.notEqual(coloured.text(), plain.text());
  assert.equal(stripVTControlCharacters(coloured.text()), plain.text());
});

test('colours are for a terminal without NO_COLOR', () => {
  assert.equal(wantsColours(true, undefined), true);
  assert.equal(wantsColours(true, ''), true);
  assert.equal(wantsColours(true, '1'), false);
  assert.equal(wantsColours(false, undefined), false);
});
