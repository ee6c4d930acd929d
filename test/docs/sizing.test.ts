/** docs/sizing.md: its figures are those of the settings, the chart, the code and docs/performance.md. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { SETTINGS } from '../../src/config-table.ts';
import { codes, readText, rows, section } from './markdown.ts';

const PAGE = readText('docs/sizing.md');
const PERFORMANCE = readText('docs/performance.md');
const ASSOCIATIONS = 5000;

const DEFAULTS: ReadonlyMap<string, string | undefined> = new Map(
  Object.entries(SETTINGS).map(([name, { fallback }]) => [name, fallback]),
);

const numberOf = (name: string): number => Number.parseFloat(DEFAULTS.get(name) ?? '');
const shown = (value: number): string => value.toLocaleString('en-US');

/** Defaults of the table that are not those of the code; `all` stands for an empty text. */
function wrongDefaults(page: string): readonly string[] {
  return rows(section(page, 'Settings')).flatMap(([names, values]) => {
    const documented = codes(values);
    return codes(names).filter((name, n) => (documented[n] ?? '') !== DEFAULTS.get(name));
  });
}

/** A constant `NAME = 1_000;` of a file. */
function constant(file: string, name: string): number {
  const [, digits = ''] = new RegExp(`const ${name} = ([\\d_]+);`).exec(readText(file)) ?? [];
  return Number(digits.replaceAll('_', ''));
}

/** What follows from settings and constants, as the page must write it. */
function arithmetic(): readonly string[] {
  const pageSize = constant('src/adapters/aws/call.ts', 'PAGE_SIZE');
  const pages = ASSOCIATIONS / pageSize;
  const lists = (pages * 60) / numberOf('REVOKER_POLL_INTERVAL');
  const describes = numberOf('REVOKER_DESCRIBE_RATE');
  const rate = numberOf('REVOKER_EVICTION_RATE');
  return [
    `A List has ${pageSize} associations on a page: 5,000 are ${pages} pages, ${lists} requests a minute`,
    `At most ${describes * 60} requests a minute.`,
    `5,000 / ${describes} = ${shown(ASSOCIATIONS / describes)} s`,
    `at most ${shown(numberOf('REVOKER_CONFIRM_RATE') * 2 * 60)} requests a minute in the long run, while`,
    `1,000 take ${(1000 - numberOf('REVOKER_EVICTION_BURST')) / rate} s,`,
    `on average: ${numberOf('REVOKER_EVICTION_CONCURRENCY') / rate} s`,
    `at most ${lists + describes * 60} times a minute`,
    `of which ${shown(constant('src/adapters/kubernetes/ledger-format.ts', 'LARGEST_STORED'))} bytes may`,
  ];
}

function missing(page: string, texts: readonly string[]): readonly string[] {
  const flat = page.replaceAll(/\s+/g, ' ');
  return texts.filter((text) => !flat.includes(text));
}

/** Figures of the table that are not in the row of docs/performance.md. */
function unmeasured(page: string): readonly string[] {
  const measured = rows(section(PERFORMANCE, 'The largest cluster'));
  return rows(section(page, 'Resources'))
    .filter(([pods, peak, cpu = '']) => {
      const row = measured.find(([what]) => what === `${pods} pods, stream`);
      return row?.[3] !== peak || row?.[2]?.startsWith(`${cpu} (`) !== true;
    })
    .map(([pods = '']) => pods);
}

type ChartValues = {
  readonly replicas: number;
  readonly resources: {
    readonly requests: { readonly cpu: string; readonly memory: string };
    readonly limits: Readonly<Record<string, string>>;
  };
};

function resourceTexts({ replicas, resources }: ChartValues): readonly string[] {
  const { requests, limits } = resources;
  assert.deepEqual(Object.keys(limits), ['memory']);
  return [
    `requests \`${requests.cpu}\` CPU and \`${requests.memory}\` for each of \`${replicas}\` replicas`,
    `a memory limit of \`${limits['memory']}\``,
  ];
}

test('the defaults are those of the settings', () => {
  assert.ok(rows(section(PAGE, 'Settings')).length >= 6);
  assert.deepEqual(wrongDefaults(PAGE), []);
});

test('the arithmetic follows from the settings and the size of a page', () => {
  assert.deepEqual(missing(PAGE, arithmetic()), []);
});

test('the resources are those of the chart', () => {
  const values: ChartValues = parse(readText('charts/pod-identity-revoker/values.yaml'));
  assert.deepEqual(missing(PAGE, resourceTexts(values)), []);
});

test('what was measured is what docs/performance.md says', () => {
  assert.equal(rows(section(PAGE, 'Resources')).length, 2);
  assert.deepEqual(unmeasured(PAGE), []);
});

test('the check can fail: planted lies are found', () => {
  assert.deepEqual(wrongDefaults(PAGE.replace('`30s`', '`31s`')), ['REVOKER_POLL_INTERVAL']);
  assert.equal(missing(PAGE.replace('1,000 take 98 s', '1,000 take 99 s'), arithmetic()).length, 1);
  assert.deepEqual(unmeasured(PAGE.replace('163 MB', '164 MB')), ['50,000']);
});
