/** Stands in for the two base images: Node and its libraries, and for building also npm and the least of a shell. */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { Buildah } from './buildah.ts';

/** Both images under the names that the Dockerfile begins from. The second has no shell, as the real one. */
export async function makeStandIns(buildah: Buildah, names: readonly [string, string]): Promise<void> {
  const [building, base] = names;
  await make(buildah, base, (root) => {
    copyProgram(process.execPath, root, '/nodejs/bin/node');
    return [];
  });
  await make(buildah, building, (root) => {
    copyProgram(process.execPath, root, '/usr/local/bin/node');
    for (const tool of ['/bin/sh', '/usr/bin/find', '/usr/bin/env']) copyProgram(tool, root, tool);
    copyNpm(root);
    return ['--env', 'PATH=/usr/local/bin:/usr/bin:/bin', ...certificates(root)];
  });
}

async function make(
  buildah: Buildah,
  name: string,
  fill: (root: string) => readonly string[],
): Promise<void> {
  const container = await buildah.ask('from', 'scratch');
  const root = await buildah.ask('mount', container);
  mkdirSync(join(root, 'tmp'), { mode: 0o777 });
  const config = fill(root);
  if (config.length > 0) await buildah.ask('config', ...config, container);
  await buildah.ask('commit', container, name);
  await buildah.ask('rm', container);
}

/** The program and every library that it loads, these at their own paths. */
function copyProgram(from: string, root: string, to: string): void {
  copy(realpathSync(from), join(root, to));
  const libraries = execFileSync('ldd', [realpathSync(from)], { encoding: 'utf8' });
  for (const [, path = ''] of libraries.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)) {
    copy(realpathSync(path), join(root, path));
  }
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
}

const NPM = '/usr/local/lib/node_modules/npm';

function copyNpm(root: string): void {
  const cli = realpathSync(execFileSync('which', ['npm'], { encoding: 'utf8' }).trim());
  copy(dirname(dirname(cli)), join(root, NPM));
  const script = `#!/bin/sh\nexec /usr/local/bin/node ${NPM}/bin/npm-cli.js "$@"\n`;
  writeFileSync(join(root, 'usr/local/bin/npm'), script, { mode: 0o755 });
}

/** Where the machine reaches the registry through certificates of its own, the build needs them too. */
function certificates(root: string): readonly string[] {
  const file = process.env['NODE_EXTRA_CA_CERTS'];
  if (file === undefined) return [];
  copy(realpathSync(file), join(root, 'certificates.pem'));
  return ['--env', 'NODE_EXTRA_CA_CERTS=/certificates.pem'];
}
