/** The real Prometheus, promtool and Alertmanager, where they are installed. */

import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import type { TestContext } from 'node:test';

/** By the names that they have in the packages of distributions and in those of Prometheus itself. */
const NAMES = {
  prometheus: ['prometheus'],
  promtool: ['promtool'],
  alertmanager: ['prometheus-alertmanager', 'alertmanager'],
} as const;

export type Tool = keyof typeof NAMES;

/** The paths of the tools; undefined, and the test skipped with a loud line, where one is missing. Under CI that is a failure. */
export function toolsFor<T extends Tool>(
  t: TestContext,
  ...tools: readonly T[]
): Readonly<Record<T, string>> | undefined {
  const found = tools.map((tool) => [tool, pathOf(tool)] as const);
  const missing = found.filter(([, path]) => path === undefined).map(([tool]) => tool);
  if (missing.length === 0) return Object.fromEntries(found) as Record<T, string>;
  if (process.env['CI'] !== undefined) throw new Error(`not installed: ${missing.join(', ')}`);
  t.skip(`SKIPPED: ${missing.join(' and ')} not installed: alerts and dashboards are not tried out`);
  return undefined;
}

function pathOf(tool: Tool): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.flatMap((folder) => NAMES[tool].map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export type Ran = { readonly code: number; readonly text: string };

/** Runs a tool to its end; a failure is an answer. */
export async function runTool(path: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(path, args, { maxBuffer: 1 << 26 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), text: out + err });
    });
  });
}
