/** The proof that the simulation can fail: faults are planted in a copy of the source, and each is found. */

import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Mutation } from './mutations.ts';
import { MUTATIONS } from './mutations.ts';
import { simulated } from './random/child.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What the simulation is made of. */
const COPIED = ['src', 'test/simulation', 'test/support', 'package.json'];

/** Enough for most mutations to show. */
const SEEDS = '1-30';

async function inCopy<T>(work: (root: string) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'mutated-'));
  try {
    for (const part of COPIED) await cp(join(ROOT, part), join(root, part), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    return await work(root);
  } finally {
    await rm(root, { recursive: true });
  }
}

async function plant({ file, edits }: Mutation, root: string): Promise<void> {
  let text = await readFile(join(root, file), 'utf8');
  for (const { from, to } of edits) {
    assert.equal(text.split(from).length - 1, 1, `this is in ${file} once:\n${from}`);
    text = text.replace(from, () => to);
  }
  await writeFile(join(root, file), text);
}

suite('planted faults', { concurrency: 2 }, () => {
  for (const mutation of MUTATIONS) {
    test(`found: ${mutation.name}`, async (t) => {
      const { isWell, lines } = await inCopy(async (root) => {
        await plant(mutation, root);
        return simulated(['--profile', mutation.profile, '--seeds', mutation.seeds ?? SEEDS], root);
      });
      assert.ok(!isWell, 'nothing was found');
      const found = lines.filter((line) => mutation.complaint.test(line));
      assert.ok(found.length > 0, lines.slice(0, 10).join('\n'));
      t.diagnostic(found[0] ?? '');
    });
  }

  test('nothing is found in a copy that nobody has touched', async () => {
    for (const profile of ['grants', 'faults']) {
      const { isWell, lines } = await inCopy((root) =>
        simulated(['--profile', profile, '--seeds', '1-30'], root),
      );
      assert.ok(isWell, lines.join('\n'));
    }
  });
});
