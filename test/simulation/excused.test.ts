/** Each excuse is still needed: what is mended must not stay excused. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulated } from './random/child.ts';
import { EXCUSED } from './random/excused.ts';

for (const { why, complaint, shownBy } of EXCUSED) {
  test(`still so: ${why}`, async (t) => {
    const args = ['--profile', shownBy, '--seeds', '1-150', '--strict', '--until', complaint.source];
    const { lines } = await simulated(args);
    const found = lines.find((line) => complaint.test(line));
    assert.ok(found !== undefined, 'it was not seen any more: take the excuse away');
    t.diagnostic(found.trim());
  });
}
