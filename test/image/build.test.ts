/** The image is built with buildah on stand-ins for its bases, looked into, and run. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { inProduction } from '../../scripts/sbom.ts';
import { ROOT } from '../chart/support/helm.ts';
import { at } from '../chart/support/manifest.ts';
import { type Buildah, startBuildah } from './support/buildah.ts';
import { ContainerProcess } from './support/container-process.ts';
import { makeStandIns } from './support/stand-in.ts';

const IMAGE = 'localhost/pod-identity-revoker:test';
/** What the packages and sources may weigh on top of the base. */
const LARGEST_MB = 100;

function bases(): readonly [string, string] {
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const [building, base] = [...text.matchAll(/^FROM (?:--platform=\S+ )?(\S+?)\$\{/gm)].map(
    ([, name = '']) => name,
  );
  if (building === undefined || base === undefined) throw new Error('the Dockerfile has two bases');
  return [building, base];
}

/** The packages come out of npm's cache where they are in it. */
function npmCache(): readonly string[] {
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8', cwd: ROOT }).trim();
  return existsSync(cache) ? ['--volume', `${cache}:/root/.npm`] : [];
}

async function build(buildah: Buildah): Promise<void> {
  await makeStandIns(buildah, bases());
  const args = ['VERSION=1.2.3', 'REVISION=abc', 'SOURCE=https://git.example/revoker'];
  const given = args.flatMap((arg) => ['--build-arg', arg]);
  const options = ['--isolation', 'chroot', '--pull-never', ...npmCache(), ...given, '--tag', IMAGE];
  await buildah.ask('bud', ...options, ROOT);
}

function files(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' });
}

function megabytes(folder: string): number {
  const bytes = files(folder)
    .map((file) => statSync(join(folder, file), { throwIfNoEntry: false }))
    .reduce((sum, found) => sum + (found?.isFile() === true ? found.size : 0), 0);
  return bytes / 1e6;
}

type Lock = Parameters<typeof inProduction>[0];

/** `name@version` where the file is the manifest of a package, and not one inside of it. */
function installedPackage(app: string, file: string): readonly string[] {
  if (!/^(?:(?:.+\/)?node_modules\/)?(?:@[^/]+\/)?[^/@]+\/package\.json$/.test(file)) return [];
  const text = readFileSync(join(app, 'node_modules', file), 'utf8');
  const { name, version } = JSON.parse(text) as { readonly name?: string; readonly version?: string };
  return name === undefined || version === undefined ? [] : [`${name}@${version}`];
}

test('the image: built, looked into, run', { timeout: 600_000 }, async (t) => {
  const buildah = startBuildah(t);
  if (buildah === undefined) return;
  await build(buildah);
  const config: unknown = JSON.parse(await buildah.ask('inspect', '--type', 'image', IMAGE));
  const container = await buildah.ask('from', '--pull-never', IMAGE);
  const root = await buildah.ask('mount', container);
  const entrypoint = at(config, 'OCIv1', 'config', 'Entrypoint') as readonly string[];
  const start = async (...args: readonly string[]): ReturnType<Buildah['run']> =>
    buildah.run('run', '--isolation', 'chroot', container, '--', ...entrypoint, ...args);

  await t.test('it runs as nobody, says what it is, and starts the daemon', () => {
    assert.equal(at(config, 'OCIv1', 'config', 'User'), '65532:65532');
    assert.deepEqual(entrypoint, ['/nodejs/bin/node', '/app/src/main.ts']);
    assert.deepEqual(at(config, 'OCIv1', 'config', 'Cmd'), ['run']);
    const labels = at(config, 'OCIv1', 'config', 'Labels');
    assert.equal(at(labels, 'org.opencontainers.image.version'), '1.2.3');
    assert.equal(at(labels, 'org.opencontainers.image.revision'), 'abc');
    assert.equal(at(labels, 'org.opencontainers.image.source'), 'https://git.example/revoker');
    assert.equal(at(labels, 'org.opencontainers.image.licenses'), 'Apache-2.0');
  });

  await t.test('it holds the sources and the packages of production, and nothing else', () => {
    const app = join(root, 'app');
    assert.deepEqual(readdirSync(app).toSorted(), ['LICENSE', 'node_modules', 'package.json', 'src']);
    const installed = files(join(app, 'node_modules')).flatMap((file) => installedPackage(app, file));
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
    assert.deepEqual([...new Set(installed)].toSorted(), [...inProduction(lock)].toSorted());
    assert.deepEqual(
      files(app).filter((file) => /\.(?:d\.[mc]?ts|map)$/.test(file)),
      [],
    );
    const tools = ['bin/sh', 'usr/bin/env', 'usr/local/bin/npm', 'bin/busybox'];
    assert.deepEqual(
      tools.filter((file) => existsSync(join(root, file))),
      [],
    );
    const weight = megabytes(app);
    t.diagnostic(`packages and sources: ${weight.toFixed(1)} MB on top of the base`);
    assert.ok(weight < LARGEST_MB, `${weight} MB`);
  });

  await t.test('it starts, and says its version', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    const began = process.hrtime.bigint();
    assert.deepEqual(await start('--version'), { code: 0, out: `${version}\n`, err: '' });
    const took = Number(process.hrtime.bigint() - began) / 1e6;
    t.diagnostic(`--version: ${took.toFixed(0)} ms, the container's start included`);
  });

  await t.test('it reads its settings, and names the one that is missing', async () => {
    const { code, err } = await start('run');
    assert.match(err, /REVOKER_CLUSTER_NAME: is required and not set/);
    assert.equal(code, 2);
  });

  await t.test('it watches a cluster: alive, ready, and ended by SIGTERM', { timeout: 120_000 }, async () => {
    const simulator = await startSimulator();
    const began = process.hrtime.bigint();
    const since = (): string => (Number(process.hrtime.bigint() - began) / 1e6).toFixed(0);
    const running = new ContainerProcess(
      buildah.start('run', ...inContainer(simulator, buildah.folder), container, '--', ...entrypoint, 'run'),
    );
    try {
      const url = await until(running, () => listenUrl(running.lines));
      await until(running, async () => ((await status(`${url}/livez`)) === 200 ? url : undefined));
      t.diagnostic(`alive after ${since()} ms, the container's start included`);
      await until(running, async () => ((await status(`${url}/readyz`)) === 200 ? url : undefined));
      t.diagnostic(`ready after ${since()} ms`);
      running.stop('/nodejs/bin/node');
      assert.equal(await running.ended, 0, running.lines.join('\n'));
    } finally {
      await simulator.close();
    }
  });
});

/** The environment of the simulator, with a kubeconfig that the container's user may read. */
function inContainer(simulator: Simulator, folder: string): readonly string[] {
  const { KUBECONFIG = '', ...environment } = simulator.env();
  const readable = join(folder, 'kubeconfig');
  writeFileSync(readable, readFileSync(KUBECONFIG), { mode: 0o644 });
  const settings = {
    ...environment,
    KUBECONFIG: '/kubeconfig',
    REVOKER_CLUSTER_NAME: simulator.clusterName,
    REVOKER_LISTEN: '127.0.0.1:0',
    REVOKER_STATUS_LISTEN: '127.0.0.1:0',
  };
  const given = Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  return ['--isolation', 'chroot', '--volume', `${readable}:/kubeconfig:ro`, ...given];
}

function listenUrl(lines: readonly string[]): string | undefined {
  const started = lines.find((line) => line.includes('"msg":"started"'));
  return started === undefined
    ? undefined
    : `http://${(JSON.parse(started) as { readonly listen: string }).listen}`;
}

async function status(url: string): Promise<number> {
  const answer = await fetch(url);
  await answer.body?.cancel();
  return answer.status;
}

/** Real time has to pass here: it is another process that is waited for. */
async function until<T>(
  running: ContainerProcess,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  while (!running.isOver) {
    const found = await look();
    if (found !== undefined) return found;
    await wait(20);
  }
  throw new Error(`it ended early:\n${running.lines.join('\n')}`);
}
