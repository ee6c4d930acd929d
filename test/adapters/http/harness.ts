/** A listener of one test, and how it is asked. */

import type { TestContext } from 'node:test';
import { observeRoutes, type ObserveDeps } from '../../../src/adapters/http/observe.ts';
import { listen, type Listener, type Routes } from '../../../src/adapters/http/server.ts';
import type { Report } from '../../../src/domain/report.ts';
import type { Status } from '../../../src/ports/status.ts';
import { sampleStatus } from '../report/samples.ts';

export type Answer = { status: number; headers: Headers; text: string };
export type Ask = (path: string, init?: RequestInit) => Promise<Answer>;
export type Started = { ask: Ask; reports: Report[]; listener: Listener };

export async function start(t: TestContext, routes: Routes): Promise<Started> {
  const reports: Report[] = [];
  const reporter = { report: (report: Report) => void reports.push(report) };
  const listener = await listen({ host: '127.0.0.1', port: 0, routes, reporter });
  t.after(() => listener[Symbol.asyncDispose]());
  const ask: Ask = async (path, init) => {
    const response = await fetch(`http://127.0.0.1:${listener.port}${path}`, init);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { ask, reports, listener };
}

export async function scrapeOne(): ReturnType<ObserveDeps['scrape']> {
  return { contentType: 'text/plain; version=0.0.4', text: 'up 1\n' };
}

export function observe(
  t: TestContext,
  status: Partial<Status> = {},
  scrape?: ObserveDeps['scrape'],
): Promise<Started> {
  const source = { status: () => sampleStatus(status) };
  return start(t, observeRoutes({ source, scrape: scrape ?? scrapeOne }));
}
