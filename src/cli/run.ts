/** The command `run`: builds the daemon, starts it, and ends it in the reverse order. */

import { parseConfig } from '../config.ts';
import { Daemon } from '../controller/daemon.ts';
import { StatusView } from '../controller/status-view.ts';
import type { Invocation } from './invocation.ts';
import { knowingItself } from './own-pod.ts';
import { buildBasics, buildDeps, reachCluster } from './parts.ts';
import { serve } from './serve.ts';
import { version } from './version.ts';

/**
 * Fulfilled when it was told to stop and everything has ended: first the daemon with the evictions in flight,
 * then the listeners (not ready from the first moment), the events that are still to be written, and the
 * connections.
 */
export async function run({ environment, stopping }: Invocation): Promise<number> {
  const config = parseConfig(environment);
  const basics = buildBasics(config);
  await using resources = new AsyncDisposableStack();
  const connection = await reachCluster(basics.clock, stopping);
  resources.defer(() => connection.close());
  const deps = await knowingItself(buildDeps(config, basics, connection, resources), stopping);
  const daemon = new Daemon(deps, config);
  const source = new StatusView(deps, daemon, {
    cluster: config.clusterName,
    mode: config.mode,
    pollInterval: config.pollInterval,
    stopping,
  });
  basics.metrics.observe(source);
  const served = { source, registry: basics.registry, reporter: deps.reporter };
  const addresses = await serve(config, served, resources);
  basics.logger.info(
    {
      version: version(),
      cluster: config.clusterName,
      mode: config.mode,
      kubernetes: connection.server,
      ...addresses,
    },
    'started',
  );
  await daemon.run(stopping);
  basics.logger.info({ reason: String(stopping.reason) }, 'stopped');
  return 0;
}
