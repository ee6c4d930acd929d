/** The rooms and what may import what: the repository itself is read. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

type Import = { readonly from: string; readonly to: string };

/** Which rooms each room may import from. A package is `npm:name`, the runtime's own is `node:`. */
const RULES: readonly { readonly room: string; readonly may: readonly string[] }[] = [
  { room: 'src/domain', may: ['src/domain'] },
  { room: 'src/decide', may: ['src/decide', 'src/domain'] },
  { room: 'src/ports', may: ['src/ports', 'src/domain'] },
  { room: 'src/controller', may: ['src/controller', 'src/domain', 'src/decide', 'src/ports'] },
  { room: 'src/config', may: ['src/config', 'src/domain'] },
  { room: 'src/adapters/clock.ts', may: ['src/domain', 'src/ports', 'node:'] },
  {
    room: 'src/adapters/aws',
    may: ['src/adapters/aws', 'src/domain', 'src/ports', 'node:', 'npm:@aws-sdk/', 'npm:@smithy/'],
  },
  {
    room: 'src/adapters/kubernetes',
    may: [
      'src/adapters/kubernetes',
      'src/domain',
      'src/ports',
      'node:',
      'npm:@kubernetes/',
      'npm:undici',
      'npm:protobufjs',
    ],
  },
  {
    room: 'src/adapters/http',
    may: ['src/adapters/http', 'src/domain', 'src/ports', 'node:', 'npm:fastify'],
  },
  {
    room: 'src/adapters/report',
    may: ['src/adapters/report', 'src/domain', 'src/ports', 'node:', 'npm:prom-client', 'npm:pino'],
  },
  { room: 'src/cli', may: ['src/', 'node:', 'npm:'] },
  { room: 'src/main.ts', may: ['src/', 'node:', 'npm:'] },
  { room: 'simulator', may: ['simulator', 'node:', 'npm:'] },
  { room: 'ops', may: ['ops', 'src/adapters/report/metric-table.ts', 'npm:@grafana/'] },
];

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .toSorted();
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^'";]*?\bfrom\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|(?:^|\n)\s*import\s*'([^']+)'/g;

function importsOf(file: string, text: string): readonly Import[] {
  return [...text.matchAll(IMPORT)].map(([, ...found]) => {
    const target = found.find((each) => each !== undefined) ?? '';
    if (target.startsWith('.')) return { from: file, to: join(dirname(file), target) };
    return { from: file, to: target.startsWith('node:') ? target : `npm:${target}` };
  });
}

/** The sentence about a forbidden import, or undefined where it is allowed. */
function violation({ from, to }: Import): string | undefined {
  const rule = RULES.find(({ room }) => from === room || from.startsWith(room));
  if (rule === undefined) return `${from} is in no room`;
  if (rule.room !== 'src/main.ts' && rule.room !== 'src/cli' && /^src\/(?:main|cli)/.test(to)) {
    return `${from} imports ${to}: nobody imports main or the commands`;
  }
  return rule.may.some((prefix) => to.startsWith(prefix)) ? undefined : `${from} may not import ${to}`;
}

const SOURCES = ['src', 'simulator', 'ops'].flatMap(filesBelow);
const IMPORTS = SOURCES.flatMap((file) => importsOf(file, readFileSync(join(ROOT, file), 'utf8')));

test('every import keeps to the rooms', () => {
  assert.ok(IMPORTS.length > 100, `only ${IMPORTS.length} imports were found`);
  assert.deepEqual(
    IMPORTS.flatMap((each) => violation(each) ?? []),
    [],
  );
});

test('the rule can fail: planted violations are found', () => {
  const planted = [
    ['src/domain/planted.ts', `import { x } from '../decide/judge.ts';`],
    ['src/decide/planted.ts', `import type { Clock } from '../ports/clock.ts';`],
    ['src/controller/planted.ts', `import {\n  a,\n  b,\n} from '../adapters/aws/client.ts';`],
    ['src/adapters/http/planted.ts', `import { y } from '../report/log.ts';`],
    ['src/adapters/kubernetes/planted.ts', `import { EKSClient } from '@aws-sdk/client-eks';`],
    ['src/domain/planted.ts', `export * from 'node:fs';`],
    ['src/decide/planted.ts', `const z = await import('../controller/visit.ts');`],
    ['src/controller/planted.ts', `import '../cli/run.ts';`],
    ['simulator/planted.ts', `import { judge } from '../src/decide/judge.ts';`],
    ['ops/planted.ts', `import { judge } from '../src/decide/judge.ts';`],
    ['src/elsewhere/planted.ts', `import { readFile } from 'node:fs';`],
  ] as const;
  for (const [file, text] of planted) {
    const found = importsOf(file, text).flatMap((each) => violation(each) ?? []);
    assert.equal(found.length, 1, `${file}: ${text}`);
  }
});

test('relative imports name their file with its ending', () => {
  const wrong = IMPORTS.filter(({ to }) => /^(?:src|simulator|ops)\//.test(to) && !to.endsWith('.ts'));
  assert.deepEqual(wrong, []);
});

test('there are no circles', () => {
  const graph = Map.groupBy(IMPORTS, ({ from }) => from);
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    assert.ok(!path.includes(file), `a circle: ${[...path, file].join(' -> ')}`);
    if (done.has(file)) return;
    for (const { to } of graph.get(file) ?? []) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of SOURCES) walk(file, []);
});

test('time, environment and process control stay where they belong', () => {
  const rules = [
    {
      what: /\bDate\.now\(|\bnew Date\(\)|\bset(?:Timeout|Interval)\(/,
      but: /^src\/adapters\/clock\.ts$/,
    },
    { what: /\bprocess\.(?:env|on|once|argv)\b/, but: /^src\/(?:main\.ts|cli\/|adapters\/)/ },
    { what: /\bprocess\.(?:exit|exitCode)\b/, but: /^src\/main\.ts$/ },
    { what: /\bexport default\b/, but: /^$/ },
  ];
  const sources = SOURCES.filter((file) => file.startsWith('src/'));
  for (const { what, but } of rules) {
    const found = sources.filter(
      (file) => !but.test(file) && what.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    assert.deepEqual(found, [], String(what));
  }
});

test('every source file says in its first line what it is for', () => {
  const silent = SOURCES.filter((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8').replace(/^#!.*\n/, '');
    return !text.startsWith('/**');
  });
  assert.deepEqual(
    silent.map((file) => relative('', file)),
    [],
  );
});
