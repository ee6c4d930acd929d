/** The small form of the benchmarks of evictions: nobody is asked twice, and nothing takes many times as long as it did. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const RUN = fileURLToPath(new URL('../../bench/run.ts', import.meta.url));

for (const name of ['evictions/bulk', 'hints/relist']) {
  test(`${name} in its small form keeps its thresholds`, () => {
    const { stderr, stdout, status } = spawnSync(
      process.execPath,
      [RUN, '--only', name, '--small', '--check'],
      { encoding: 'utf8', timeout: 240_000 },
    );
    assert.equal(status, 0, `${stdout}${stderr}`);
  });
}
