/** The small form of the benchmarks of the whole daemon: it starts, leads and judges right, and is not far from what it was. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const RUN = fileURLToPath(new URL('../../bench/run.ts', import.meta.url));

test('the whole daemon in its small form keeps its thresholds', () => {
  const { stderr, stdout, status } = spawnSync(
    process.execPath,
    [RUN, '--only', 'daemon', '--small', '--check'],
    { encoding: 'utf8', timeout: 240_000 },
  );
  assert.equal(status, 0, `${stdout}${stderr}`);
});
