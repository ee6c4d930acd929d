/** The Dockerfile by its linter, and what a linter does not know. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test, type TestContext } from 'node:test';
import { ROOT } from '../chart/support/helm.ts';

const DOCKERFILE = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');

/** What the linter finds in this text. It does not know that FROM has flags. */
async function issues(t: TestContext, text: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'dockerfile-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'Dockerfile'), text.replaceAll(/^FROM --platform=\S+/gm, 'FROM'));
  const linter = join(ROOT, 'node_modules/dockerfilelint/bin/dockerfilelint');
  return new Promise((resolve) => {
    execFile(process.execPath, [linter, join(folder, 'Dockerfile')], (error, out) => {
      resolve(error === null ? '' : out);
    });
  });
}

test('the linter finds nothing', async (t) => {
  assert.equal(await issues(t, DOCKERFILE), '');
});

test('the linter can fail: a base without a tag and a relative folder are found', async (t) => {
  assert.match(await issues(t, DOCKERFILE.replace(':nonroot${BASE_DIGEST}', '')), /Tag/);
  assert.notEqual(await issues(t, `${DOCKERFILE}\nRUN sudo apt-get install x\n`), '');
});

test('nothing is downloaded but what the lock file pins, and no install script is run', () => {
  const runs = [...DOCKERFILE.matchAll(/^RUN ([\s\S]*?[^\\])\n/gm)].map(([, command = '']) => command);
  assert.equal(runs.length, 1);
  assert.match(runs[0] ?? '', /^npm ci --omit=dev --omit=optional --ignore-scripts /);
  assert.doesNotMatch(DOCKERFILE, /\b(?:curl|wget|apt-get|ADD)\b/);
});

test('what the Dockerfile copies, and no more, is let through by .dockerignore', () => {
  const copied = [...DOCKERFILE.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, from = '']) =>
    from.split(' '),
  );
  const ignore = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  assert.ok(ignore.includes('*'));
  const allowed = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  assert.deepEqual(allowed.toSorted(), [...new Set(copied)].toSorted());
});
