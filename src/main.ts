#!/usr/bin/env node
/** The binary: arguments and environment in, an exit code out. Nothing else ends the process. */

import process from 'node:process';
import { execute } from './cli/execute.ts';

const stopping = new AbortController();

/** The first signal asks to stop; a second one does not wait for what is in flight. */
function onSignal(name: NodeJS.Signals): void {
  if (stopping.signal.aborted) process.exit(1);
  stopping.abort(new Error(`stopped by ${name}`));
}

process.on('SIGTERM', onSignal);
process.on('SIGINT', onSignal);

process.exitCode = await execute({
  args: process.argv.slice(2),
  environment: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  stopping: stopping.signal,
});
