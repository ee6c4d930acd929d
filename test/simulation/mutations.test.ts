/** The proof that the simulation can fail: faults are planted in a copy of the source, and each is found. */

import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Mutation } from './mutations.ts';
import { MUTATIONS } from './mutations.ts';
import { simulated } from './random/child.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What the simulation is made of. */
const COPIED = ['src', 'test/simulation', 'test/support', 'package.json'];

/** Enough for each mutation to show. */
const SEEDS = ['--seeds', '1-80'];

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

async function find(t: TestContext, mutation: Mutation): Promise<void> {
  const { profile, complaint } = mutation;
  const { lines } = await inCopy(async (root) => {
    await plant(mutation, root);
    return simulated(['--profile', profile, ...SEEDS, '--until', complaint.source], root);
  });
  const found = lines.find((line) => complaint.test(line));
  assert.ok(found !== undefined, `nothing like ${complaint} was found:\n${lines.slice(0, 10).join('\n')}`);
  t.diagnostic(found.trim());
}

test('planted faults are found', { concurrency: 2 }, async (t) => {
  await Promise.all(
    MUTATIONS.map((mutation) => t.test(`found: ${mutation.name}`, (each) => find(each, mutation))),
  );
});

test('nothing is found in a copy in which nothing was planted', async () => {
  await inCopy(async (root) => {
    for (const profile of ['grants', 'pods', 'faults']) {
      const { isWell, lines } = await simulated(['--profile', profile, '--seeds', '1-20'], root);
      assert.ok(isWell, lines.join('\n'));
    }
  });
});
