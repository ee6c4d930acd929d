/** The two HTTP listeners: probes and metrics for the cluster, the status API for loopback. */

import type { Registry } from 'prom-client';
import { observeRoutes } from '../adapters/http/observe.ts';
import type { Listener, Routes } from '../adapters/http/server.ts';
import { listen } from '../adapters/http/server.ts';
import { statusRoutes } from '../adapters/http/status-api.ts';
import type { Config, SettingName } from '../config.ts';
import type { Address } from '../config-parsers.ts';
import type { Reporter } from '../ports/reporter.ts';
import type { StatusSource } from '../ports/status.ts';
import { DeploymentError } from './deployment-error.ts';

export type Served = {
  readonly source: StatusSource;
  readonly registry: Registry;
  readonly reporter: Reporter;
};

/** Answers the addresses as bound, as `host:port`. */
export async function serve(
  config: Config,
  { source, registry, reporter }: Served,
  resources: AsyncDisposableStack,
): Promise<{ readonly listen: string; readonly statusListen: string }> {
  const scrape = async (): Promise<{ readonly contentType: string; readonly text: string }> => ({
    contentType: registry.contentType,
    text: await registry.metrics(),
  });
  const open = async (setting: SettingName, address: Address, routes: Routes): Promise<string> =>
    addressOf(resources.use(await bind(setting, address, routes, reporter)));
  return {
    listen: await open('REVOKER_LISTEN', config.listen, observeRoutes({ source, scrape })),
    statusListen: await open('REVOKER_STATUS_LISTEN', config.statusListen, statusRoutes(source)),
  };
}

async function bind(
  setting: SettingName,
  { host, port }: Address,
  routes: Routes,
  reporter: Reporter,
): Promise<Listener> {
  try {
    return await listen({ host, port, routes, reporter });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DeploymentError(`${setting}: can't listen on ${host}:${port}: ${why}`, { cause: error });
  }
}

function addressOf({ host, port }: Listener): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
