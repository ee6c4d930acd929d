/** What a release is made of: the bill of materials, the chart that names its image, the workflow. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { parse } from 'yaml';
import { withImage } from '../../scripts/release-chart.ts';
import { type Bill, inProduction, nameOf } from '../../scripts/sbom.ts';
import { helm, render, ROOT } from '../chart/support/helm.ts';
import { at, podSpec } from '../chart/support/manifest.ts';

const DIGEST = `sha256:${'c'.repeat(64)}`;

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

test('the bill of materials names every package of production, those that tests need too, and no other', () => {
  const printed = execFileSync('npm', ['run', '--silent', 'sbom'], { cwd: ROOT, encoding: 'utf8' });
  const bill = JSON.parse(printed) as Bill;
  const named = bill.components.map(({ purl }) => nameOf(purl));
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  const namesOf = (field: string): readonly string[] =>
    Object.entries(manifest[field] ?? {}).map(([name, version]) => `${name}@${version}`);
  const missing = namesOf('dependencies').filter((name) => !named.includes(name));
  assert.deepEqual(missing, []);
  const leaked = [...namesOf('devDependencies'), ...namesOf('optionalDependencies')].filter(
    (name) => named.includes(name) && !name.startsWith('@types/'),
  );
  assert.deepEqual(leaked, []);
  const lock = JSON.parse(read('package-lock.json')) as Parameters<typeof inProduction>[0];
  assert.deepEqual([...new Set(named)].toSorted(), [...inProduction(lock)].toSorted());
  const refs = new Set([bill.metadata.component, ...bill.components].map((each) => each['bom-ref']));
  const loose = bill.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
  assert.deepEqual(
    loose.filter((ref) => !refs.has(ref)),
    [],
  );
});

test('a released chart installs its image by digest, and differs in nothing else', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'released-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const chart = join(folder, 'chart');
  const image = ['--repository', 'ghcr.io/owner/revoker', '--digest', DIGEST];
  execFileSync(process.execPath, ['scripts/release-chart.ts', ...image, '--out', chart], { cwd: ROOT });
  const packed = await helm(['package', chart, '--destination', folder]);
  assert.equal(packed.code, 0, packed.err);
  const archive = /(\S+\.tgz)/.exec(packed.out)?.[1] ?? '';
  const manifests = await render({ image: {} }, { chart: archive });
  assert.equal(at(podSpec(manifests), 'containers', 0, 'image'), `ghcr.io/owner/revoker@${DIGEST}`);
  const [before, after] = ['charts/pod-identity-revoker/values.yaml', join(chart, 'values.yaml')].map(
    (file) => readFileSync(file.startsWith('/') ? file : join(ROOT, file), 'utf8').split('\n'),
  );
  const changed = after?.filter((line, i) => line !== before?.[i]);
  assert.deepEqual(changed, ['  repository: "ghcr.io/owner/revoker"', `  digest: "${DIGEST}"`]);
});

test('a release with a digest or image that is none is refused', () => {
  const values = read('charts/pod-identity-revoker/values.yaml');
  const repository = 'ghcr.io/owner/revoker';
  assert.throws(() => withImage(values, { repository, digest: '' }), /is not a digest/);
  assert.throws(() => withImage(values, { repository: 'a b', digest: DIGEST }), /is no image/);
  assert.throws(() => withImage('a: 1\n', { repository, digest: DIGEST }), /no image\.repository/);
});

const WORKFLOW = '.github/workflows/release.yml';

/** The actions that are not pinned by a commit with its version beside it. */
function unpinned(text: string): readonly string[] {
  return [...text.matchAll(/\buses: (.+)$/gm)]
    .map(([, action = '']) => action)
    .filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action));
}

test('the release workflow pins its actions, has no standing rights and releases nothing untested', () => {
  const text = read(WORKFLOW);
  assert.deepEqual(unpinned(text), []);
  assert.deepEqual(unpinned('      uses: actions/checkout@v4\n'), ['actions/checkout@v4']);
  const workflow: unknown = parse(text);
  assert.deepEqual(at(workflow, 'permissions'), {});
  assert.equal(at(workflow, 'jobs', 'release', 'needs'), 'test');
  assert.deepEqual(at(workflow, 'jobs', 'test', 'permissions'), { contents: 'read' });
  const steps = at(workflow, 'jobs', 'release', 'steps') as readonly unknown[];
  const commands = steps.map((step) => (at(step, 'run') ?? '') as string).join('\n');
  // What a tag or a person's name holds must not become a part of a command.
  assert.doesNotMatch(commands, /\$\{\{/);
  assert.equal([...commands.matchAll(/cosign sign --yes "\S+@/g)].length, 2);
  assert.match(commands, /cosign attest --yes --type cyclonedx/);
  for (const [, script = ''] of commands.matchAll(/npm run --silent (\S+)/g)) {
    assert.ok(at(JSON.parse(read('package.json')), 'scripts', script) !== undefined, script);
  }
});

test('each file that the workflow names exists', () => {
  const named = [...read(WORKFLOW).matchAll(/(?:node |import\('\.\/)((?:scripts|test)\/[\w./-]+\.ts)/g)];
  assert.ok(named.length >= 2);
  for (const [, file = ''] of named) assert.doesNotThrow(() => read(file), file);
});
