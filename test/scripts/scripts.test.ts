/** The scripts that run before anything else can. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function guardUnder(version: string): { readonly status: number | null; readonly stderr: string } {
  const code = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); await import('./scripts/guard.mjs');`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { status: run.status, stderr: run.stderr };
}

test('an old Node is refused with a message that says what to do', () => {
  const { status, stderr } = guardUnder('20.20.2');
  assert.equal(status, 1);
  assert.match(stderr, /needs Node 24 or newer; this is Node 20\.20\.2/);
  assert.match(stderr, /npm ci/);
});

test('the Node that is needed, and newer ones, pass', () => {
  for (const version of ['24.0.0', '26.1.0'])
    assert.deepEqual(guardUnder(version), { status: 0, stderr: '' });
});

test('installing is done when the lock file is another than was installed from, and only then', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ready-'));
  t.after(() => rmSync(folder, { recursive: true }));
  cpSync(join(ROOT, 'scripts'), join(folder, 'scripts'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"name":"nothing","version":"1.0.0"}');
  writeFileSync(
    join(folder, 'package-lock.json'),
    '{"name":"nothing","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"nothing","version":"1.0.0"}}}',
  );
  cpSync(join(ROOT, 'scripts/ready.mjs'), join(folder, 'scripts/ready.mjs'));
  const ready = (): string => {
    const run = spawnSync(process.execPath, ['scripts/ready.mjs'], { cwd: folder, encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    assert.equal(run.stdout, '');
    return run.stderr;
  };
  // npm makes no folder where nothing is to be installed.
  cpSync(join(ROOT, 'scripts'), join(folder, 'node_modules'), { recursive: true });
  spawnSync('mkdir', ['-p', join(folder, 'node_modules')]);
  assert.match(ready(), /Installing what is missing/);
  assert.equal(ready(), '');
  const lock = join(folder, 'package-lock.json');
  writeFileSync(lock, `${readFileSync(lock, 'utf8')}\n`);
  assert.match(ready(), /Installing what is missing/);
});
