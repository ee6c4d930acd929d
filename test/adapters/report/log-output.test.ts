/** Where log lines go: to standard output, whose reader may be slow, without holding the process. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { text } from 'node:stream/consumers';

const LOG = new URL('../../../src/adapters/report/log.ts', import.meta.url).href;
const LINES = 5000;
const SCRIPT = `
  const { createLogger } = await import(${JSON.stringify(LOG)});
  const logger = createLogger({ level: 'info', clock: { now: () => 0 } });
  for (let n = 0; n < ${LINES}; n += 1) logger.info({ n, padding: '.'.repeat(400) }, 'a line');
  await new Promise((resolve) => process.stderr.write('all is logged', resolve));
  process.exit(1);
`;

test('nobody reads: the process goes on; it exits: every line is there, in order', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SCRIPT], { timeout: 20_000 });
  const [said] = await once(child.stderr, 'data');
  assert.equal(String(said), 'all is logged');
  const lines = (await text(child.stdout)).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).n),
    Array.from({ length: LINES }, (_, n) => n),
  );
});
