/** What a command that looks once is given: the parts of the daemon, less everything that could act. */

import type { Config } from '../config.ts';
import type { Deps } from '../controller/deps.ts';
import type { SurveyOptions } from '../controller/survey.ts';
import type { CommandLine } from './command-line.ts';
import type { Invocation } from './invocation.ts';
import { buildBasics, buildDeps, reachCluster } from './parts.ts';

/** `config` as it was parsed; its mode does not matter, for nothing is carried out. */
export async function surveyDeps(
  config: Config,
  resources: AsyncDisposableStack,
  stopping: AbortSignal,
): Promise<Deps> {
  const basics = buildBasics(config);
  const connection = await reachCluster(basics.clock, stopping);
  resources.defer(() => connection.close());
  const deps = buildDeps({ ...config, mode: 'dry-run' }, basics, connection, resources);
  return { ...deps, reporter: { report: () => {} } };
}

export function progressOf({ err }: Invocation, { options }: CommandLine): SurveyOptions['progress'] {
  return options['quiet'] === true ? () => {} : (text) => err(`${text}…\n`);
}
