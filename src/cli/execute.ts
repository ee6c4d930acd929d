/** Finds the command that the arguments name, runs it, and turns its end into an exit code. */

import { parseArgs } from 'node:util';
import { ConfigError } from '../config.ts';
import { helpText } from './help.ts';
import type { Invocation } from './invocation.ts';
import { run } from './run.ts';
import { DeploymentError } from './deployment-error.ts';
import { version } from './version.ts';

/** Ended as asked. */
const OK = 0;
/** Ended by an error of its own. */
const FAILED = 1;
/** The arguments, the settings or the deployment are wrong: trying again changes nothing. */
const MISCONFIGURED = 2;

export async function execute(invocation: Invocation): Promise<number> {
  const { out, err } = invocation;
  const command = commandOf(invocation.args);
  switch (command.kind) {
    case 'help':
      out(helpText());
      return OK;
    case 'version':
      out(`${version()}\n`);
      return OK;
    case 'unknown':
      err(`pod-identity-revoker: ${command.problem}\nTry: pod-identity-revoker --help\n`);
      return MISCONFIGURED;
    case 'run':
      return codeOf(() => run(invocation), invocation);
  }
}

type Command =
  | { readonly kind: 'help' | 'version' | 'run' }
  | { readonly kind: 'unknown'; readonly problem: string };

function commandOf(args: readonly string[]): Command {
  const options = {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'v' },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (values.help === true) return { kind: 'help' };
    if (values.version === true) return { kind: 'version' };
    const [name = 'run', ...others] = positionals;
    if (name !== 'run') return { kind: 'unknown', problem: `there is no command ${JSON.stringify(name)}` };
    if (others.length > 0) return { kind: 'unknown', problem: 'run takes no arguments' };
    return { kind: 'run' };
  } catch (error) {
    return { kind: 'unknown', problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Being stopped before everything was up is an end as asked too. */
async function codeOf(work: () => Promise<void>, { err, stopping }: Invocation): Promise<number> {
  try {
    await work();
    return OK;
  } catch (error) {
    if (stopping.aborted && error === stopping.reason) return OK;
    if (error instanceof ConfigError || error instanceof DeploymentError) {
      err(`pod-identity-revoker: ${error.message}\n`);
      return MISCONFIGURED;
    }
    err(
      `pod-identity-revoker failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return FAILED;
  }
}
