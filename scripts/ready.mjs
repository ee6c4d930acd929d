/**
 * Installs what is missing, so that the README's two commands work on a fresh checkout. Runs on any Node: the
 * right one is itself among what is installed (see guard.mjs).
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const lock = readFileSync(new URL('package-lock.json', root));
const wanted = createHash('sha256').update(lock).digest('hex');
const stamp = new URL('node_modules/.installed-from', root);

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  process.stderr.write('Installing what is missing (npm ci)...\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: fileURLToPath(root),
    // Standard output belongs to the command that follows.
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    process.stderr.write('npm ci failed: see above.\n');
    process.exit(status ?? 1);
  }
  writeFileSync(stamp, wanted);
}
