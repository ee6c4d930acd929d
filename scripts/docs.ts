/** Writes the generated tables of the documents and the dashboards; with --check only says which are stale. */

import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { jsonOf } from '../ops/dashboards/dashboard.ts';
import { EXPOSURE } from '../ops/dashboards/exposure.ts';
import { HEALTH } from '../ops/dashboards/health.ts';
import { METRIC_PREFIX, METRICS, type Metric, TOLD_SETTINGS } from '../src/adapters/report/metric-table.ts';
import { SETTINGS } from '../src/config.ts';
import { BRAKES } from '../src/domain/brake.ts';
import { EXPOSURE_STATES } from '../src/domain/exposure.ts';
import { CHANNELS, HINT_RESULTS, REFUSALS } from '../src/domain/hint.ts';
import { OUTCOMES } from '../src/domain/outcome.ts';
import { READING_SOURCES } from '../src/domain/report.ts';
import { ACCESSES, MISSED_REASONS } from '../src/domain/roster.ts';
import { CAUSES, SOURCES } from '../src/domain/revocation.ts';
import { VERDICTS } from '../src/domain/verdict.ts';
import { valuesTables } from './chart-values.ts';

/** The page as it should be, given the page as it is: all but its generated tables is written by hand; a dashboard is all generated. */
export type Page = { readonly file: string; readonly render: (text: string) => string };

export const PAGES: readonly Page[] = [
  { file: 'docs/configuration.md', render: (text) => filled(text, 'settings', settingsTable()) },
  {
    file: 'docs/metrics.md',
    render: (text) => filled(filled(text, 'metrics', metricsTable()), 'labels', labelsTable()),
  },
  {
    file: 'charts/pod-identity-revoker/README.md',
    render: (text) =>
      filled(text, 'values', valuesTables(readText('charts/pod-identity-revoker/values.yaml'))),
  },
  { file: 'charts/pod-identity-revoker/dashboards/exposure.json', render: () => jsonOf(EXPOSURE) },
  { file: 'charts/pod-identity-revoker/dashboards/health.json', render: () => jsonOf(HEALTH) },
];

/** The text with what stands between the two markers of `name` replaced. */
export function filled(text: string, name: string, table: string): string {
  const [start, end] = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`];
  const [head, rest, ...more] = text.split(start);
  const [, tail, ...others] = rest?.split(end) ?? [];
  if (head === undefined || tail === undefined || more.length + others.length > 0) {
    throw new Error(`the page needs exactly one pair of markers "${start}" and "${end}"`);
  }
  return `${head}${start}\n\n${table}\n\n${end}${tail}`;
}

type Row = readonly string[];

function tableOf(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

type Setting = { readonly fallback: string | undefined; readonly help: string };

function settingsTable(): string {
  const rows = Object.entries<Setting>(SETTINGS).map(([name, setting]) => [
    code(name),
    defaultOf(setting),
    setting.help,
  ]);
  return tableOf(['Setting', 'Default', 'Meaning'], rows);
}

function defaultOf({ fallback }: Setting): string {
  if (fallback === undefined) return 'none: required';
  return fallback === '' ? 'empty' : code(fallback);
}

function metricsTable(): string {
  const rows = Object.entries<Metric>(METRICS).map(([name, { kind, labels, stability, help }]) => [
    code(METRIC_PREFIX + name),
    kind,
    labels.length === 0 ? 'none' : labels.map(code).join(', '),
    stability,
    help,
  ]);
  return tableOf(['Name', 'Type', 'Labels', 'Stability', 'Meaning'], rows);
}

const STATUS = ['the HTTP status', 'none'] as const;

/** Where the values of each label come from. A label that is missing here can't be documented and fails. */
const LABEL_VALUES: Readonly<Record<string, readonly string[]>> = {
  'exposed_pods state': EXPOSURE_STATES,
  'oldest_exposure_seconds state': EXPOSURE_STATES,
  'revocations_total cause': CAUSES,
  'evictions_total outcome': OUTCOMES,
  'forced_total outcome': OUTCOMES,
  'brake_engaged brake': BRAKES,
  'verdicts verdict': Object.keys(VERDICTS),
  'verdicts reason': Object.values(VERDICTS).flat(),
  'detection_seconds source': SOURCES,
  'reading_age_seconds source': READING_SOURCES,
  'hints_total source': CHANNELS,
  'hints_total result': HINT_RESULTS,
  'queue_messages_total result': ['hint', ...REFUSALS],
  'trail_records_total result': ['hint', ...REFUSALS],
  'last_event_timestamp_seconds source': CHANNELS,
  'silence_seconds source': CHANNELS,
  'channel_age_seconds source': CHANNELS,
  'setting_seconds setting': TOLD_SETTINGS,
  'missed_pods reason': MISSED_REASONS,
  'successions_total access': [...ACCESSES, 'none'],
  'aws_requests_total service': ['eks', 'sqs', 'cloudtrail'],
  'aws_requests_total operation': [
    'ListPodIdentityAssociations',
    'DescribePodIdentityAssociation',
    'DescribeCluster',
    'ReceiveMessage',
    'DeleteMessageBatch',
    'LookupEvents',
  ],
  'aws_requests_total code': STATUS,
  'kubernetes_requests_total verb': ['list', 'watch', 'get', 'create', 'update', 'patch', 'delete'],
  'kubernetes_requests_total resource': [
    'pods',
    'pods/eviction',
    'poddisruptionbudgets',
    'events',
    'configmaps',
    'leases',
    '/.well-known/openid-configuration',
  ],
  'kubernetes_requests_total code': STATUS,
  'build_info version': ['the version of the daemon'],
};

function labelsTable(): string {
  const used = Object.entries<Metric>(METRICS).flatMap(([name, { labels }]) =>
    labels.map((label) => ({ name, label })),
  );
  const rows = used.map(({ name, label }) => [
    code(METRIC_PREFIX + name),
    code(label),
    valuesOf(name, label).map(shown).join(', '),
  ]);
  return tableOf(['Metric', 'Label', 'Values'], rows);
}

function valuesOf(name: string, label: string): readonly string[] {
  const values = LABEL_VALUES[`${name} ${label}`];
  if (values === undefined) throw new Error(`the label ${label} of ${name} has no entry in LABEL_VALUES`);
  return values;
}

/** A value that is a description has a space in it; a real one never has. */
function shown(value: string): string {
  return value.includes(' ') ? value : code(value);
}

function code(text: string): string {
  return `\`${text}\``;
}

const ROOT = new URL('../', import.meta.url);

function readText(file: string): string {
  return readFileSync(new URL(file, ROOT), 'utf8');
}

/** The files that differ from what would be written. */
export function stalePages(): readonly string[] {
  return PAGES.filter(({ file, render }) => {
    const text = readText(file);
    return render(text) !== text;
  }).map(({ file }) => file);
}

function main(args: readonly string[]): void {
  const stale = stalePages();
  if (!args.includes('--check')) {
    for (const { file, render } of PAGES.filter((page) => stale.includes(page.file))) {
      writeFileSync(new URL(file, ROOT), render(readText(file)));
      process.stdout.write(`written: ${file}\n`);
    }
  } else if (stale.length > 0) {
    process.stderr.write(`stale: ${stale.join(', ')}\nRun: npm run docs\n`);
    process.exitCode = 1;
  }
}

if (import.meta.main) main(process.argv.slice(2));
