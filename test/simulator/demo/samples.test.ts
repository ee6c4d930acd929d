/** Prometheus text as the demo reads it, and the demo's own arguments. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from '../../../simulator/demo/arguments.ts';
import { byLabel, parseSamples, valueOf } from '../../../simulator/demo/samples.ts';

test('samples have a name, labels and a value; comments are none', () => {
  const text = '# HELP a b\n# TYPE a gauge\na 1.5\nb{x="1",y="a \\"q\\", }"} 2 1700000000\nc{} +Inf\n\n';
  assert.deepEqual(parseSamples(text), [
    { name: 'a', labels: {}, value: 1.5 },
    { name: 'b', labels: { x: '1', y: 'a \\"q\\", }' }, value: 2 },
    { name: 'c', labels: {}, value: Number.NaN },
  ]);
});

test('samples are found by name and label', () => {
  const samples = parseSamples('n{x="1"} 2\nn{x="2"} 3\nm 4\n');
  assert.deepEqual(
    [...byLabel(samples, 'n', 'x')],
    [
      ['1', 2],
      ['2', 3],
    ],
  );
  assert.equal(valueOf(samples, 'm'), 4);
  assert.equal(valueOf(samples, 'k'), undefined);
});

test('arguments', () => {
  assert.deepEqual(parseArguments([]), { kind: 'run', keep: false });
  assert.deepEqual(parseArguments(['--keep']), { kind: 'run', keep: true });
  assert.deepEqual(parseArguments(['--keep', '-h']), { kind: 'help' });
  for (const args of [['--kep'], ['keep'], ['--keep=yes']]) assert.equal(parseArguments(args).kind, 'wrong');
});
