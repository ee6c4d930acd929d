/** Finds the command that the arguments name, runs it, and turns its end into an exit code. */

import { ConfigError } from '../config.ts';
import { audit } from './audit.ts';
import type { CommandLine, CommandName } from './command-line.ts';
import { parseCommandLine } from './command-line.ts';
import { pause, release, resume } from './control.ts';
import { explain } from './explain.ts';
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
  const parsed = parseCommandLine(invocation.args);
  switch (parsed.kind) {
    case 'help':
      out(helpText(parsed.of));
      return OK;
    case 'version':
      out(`${version()}\n`);
      return OK;
    case 'wrong':
      err(`pod-identity-revoker: ${parsed.problem}\nTry: pod-identity-revoker --help\n`);
      return MISCONFIGURED;
    case 'command':
      return codeOf(() => SCRIPTS[parsed.line.command](invocation, parsed.line), invocation);
  }
}

/** Each answers the exit code. */
const SCRIPTS = { run, audit, explain, release, pause, resume } as const satisfies Readonly<
  Record<CommandName, (invocation: Invocation, line: CommandLine) => Promise<number>>
>;

/** Being stopped before everything was up is an end as asked too. */
async function codeOf(work: () => Promise<number>, { err, stopping }: Invocation): Promise<number> {
  try {
    return await work();
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
