/** A process that loads the daemon, connects as its environment says, and prints which packages were asked for. */

import { registerHooks } from 'node:module';
import process from 'node:process';

const packages = new Set<string>();

registerHooks({
  resolve: (specifier, context, next) => {
    const found = next(specifier, context);
    const [, name] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(found.url) ?? [];
    if (name !== undefined) packages.add(name);
    return found;
  },
});

const [root = ''] = process.argv.slice(2);
await import('../../../src/cli/execute.ts');
const { connect } = await import('../../../src/adapters/kubernetes/connection.ts');
const { systemClock } = await import('../../../src/adapters/clock.ts');
const connection = await connect({ clock: systemClock(), version: '1', root }, AbortSignal.timeout(60_000));
await connection.close();
process.stdout.write(JSON.stringify([...packages]));
