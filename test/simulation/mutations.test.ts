/** The proof that the simulation can fail: faults are planted in a copy of the source, and each is found. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Mutation } from './mutations.ts';
import { MUTATIONS } from './mutations.ts';
import { simulated } from './random/child.ts';
import { STORY_MUTATIONS } from './story-mutations.ts';

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

async function plant({ file, edits }: Pick<Mutation, 'file' | 'edits'>, root: string): Promise<void> {
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

/** The names of the tests of a story that fail in the copy. */
function failing(root: string, story: string): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const args = ['--test', '--test-reporter=tap', '--test-timeout=60000', story];
    const environment = { ...process.env };
    // Else the inner run would report to the outer one.
    delete environment['NODE_TEST_CONTEXT'];
    execFile(process.execPath, args, { cwd: root, env: environment, maxBuffer: 2 ** 26 }, (_, out) => {
      resolve([...out.matchAll(/^ *not ok \d+ - (.*)$/gm)].map(([, name = '']) => name));
    });
  });
}

test('planted faults that no random history can show fail a story', { concurrency: 2 }, async (t) => {
  await Promise.all(
    STORY_MUTATIONS.map((mutation) =>
      t.test(`found: ${mutation.name}`, async (each) => {
        const names = await inCopy(async (root) => {
          await plant(mutation, root);
          return failing(root, mutation.story);
        });
        each.diagnostic(names.slice(0, 3).join('; '));
        assert.notDeepEqual(names, []);
      }),
    ),
  );
});

test('the stories do not fail in a copy in which nothing was planted', async () => {
  const stories = [...new Set(STORY_MUTATIONS.map(({ story }) => story))];
  await inCopy(async (root) => {
    for (const story of stories) assert.deepEqual(await failing(root, story), [], story);
  });
});

test('nothing is found in a copy in which nothing was planted', async () => {
  await inCopy(async (root) => {
    for (const profile of ['grants', 'pods', 'faults']) {
      const { isWell, lines } = await simulated(['--profile', profile, '--seeds', '1-20'], root);
      assert.ok(isWell, lines.join('\n'));
    }
  });
});
