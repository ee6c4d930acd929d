/** The real Helm, offline: renders, lints and packs the chart. */

import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { TestContext } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { layerTool } from '../../support/kubectl.ts';
import type { Manifest } from './manifest.ts';

export const ROOT = join(import.meta.dirname, '..', '..', '..');
export const CHART = join(ROOT, 'charts/pod-identity-revoker');

export type Values = Readonly<Record<string, unknown>>;

/** What every installation has to say. */
export const LEAST: Values = { clusterName: 'prod-blue', image: { repository: 'registry.example/revoker' } };

const home = mkdtempSync(join(tmpdir(), 'helm-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));

/** A copy of the chart that the test may change. */
export function copyOfChart(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'chart-'));
  t.after(() => rmSync(folder, { recursive: true }));
  cpSync(CHART, folder, { recursive: true });
  return folder;
}

export type Answer = { readonly code: number; readonly out: string; readonly err: string };

/** Runs Helm; `input` goes to its standard input. A refusal is an answer, not an error. */
export async function helm(args: readonly string[], input = ''): Promise<Answer> {
  const tool = await layerTool('helm/helm');
  const env = {
    HELM_CACHE_HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_DATA_HOME: home,
    KUBECONFIG: '/dev/null',
    HOME: home,
  };
  return new Promise((resolve) => {
    const child = execFile(tool, args, { env, maxBuffer: 1 << 26 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err });
    });
    child.stdin?.end(input);
  });
}

export type Release = {
  readonly name?: string;
  readonly namespace?: string;
  readonly chart?: string;
  /** Files of values that come before `values`. */
  readonly files?: readonly string[];
};

function argumentsOf(release: Release): readonly string[] {
  const { name = 'pod-identity-revoker', namespace = 'revoker', chart = CHART, files = [] } = release;
  const given = [...files, '-'].flatMap((file) => ['--values', file]);
  return [name, chart, '--namespace', namespace, ...given];
}

/** What `helm template` says to these values, which are added to the least ones. */
export async function template(values: Values = {}, release: Release = {}): Promise<Answer> {
  return helm(['template', ...argumentsOf(release)], JSON.stringify({ ...LEAST, ...values }));
}

/** The objects that are made of these values. */
export async function render(values: Values = {}, release: Release = {}): Promise<readonly Manifest[]> {
  const { code, out, err } = await template(values, release);
  if (code !== 0) throw new Error(`helm template failed: ${err}`);
  return parseAllDocuments(out).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(String(document.errors[0]));
    const manifest = document.toJS() as Manifest | null;
    return manifest === null ? [] : [manifest];
  });
}

/** What a person is told after the installation. */
export async function notes(values: Values = {}, release: Release = {}): Promise<string> {
  const args = ['install', '--dry-run=client', ...argumentsOf(release)];
  const { code, out, err } = await helm(args, JSON.stringify({ ...LEAST, ...values }));
  if (code !== 0) throw new Error(`helm install --dry-run failed: ${err}`);
  return out.slice(out.indexOf('\nNOTES:\n') + 1);
}
