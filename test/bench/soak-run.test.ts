/** A minute and a half of the soak: two replicas over failing wires, as far as continuous integration has time for it. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseArguments } from '../../bench/soak/arguments.ts';

const SOAK = fileURLToPath(new URL('../../bench/soak.ts', import.meta.url));
const { CI } = process.env;
const skip = CI === undefined && 'three minutes of real time: runs where CI is set, or as `npm run soak`';

test('a minute and a half of churn and faults: nothing is left, nobody goes without a reason', {
  skip,
}, async () => {
  const child = spawn(process.execPath, [SOAK, '--minutes', '1.5'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  assert.equal(child.exitCode, 0, `${output}\n${errors}`);
});

test('the arguments: minutes and a seed, each within its bounds', () => {
  assert.deepEqual(parseArguments([]), { kind: 'run', minutes: 30, seed: 1 });
  assert.deepEqual(parseArguments(['--minutes', '1.5', '--seed', '7']), {
    kind: 'run',
    minutes: 1.5,
    seed: 7,
  });
  assert.equal(parseArguments(['-h']).kind, 'help');
  for (const wrong of [['--minutes', '0'], ['--minutes', 'x'], ['--seed', '1.5'], ['--other'], ['more']]) {
    assert.equal(parseArguments(wrong).kind, 'wrong', wrong.join(' '));
  }
});
