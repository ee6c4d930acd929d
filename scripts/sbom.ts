/**
 * Prints the bill of materials of the image (CycloneDX). `npm sbom --omit=dev` forgets the packages that tests need
 * too, so all is asked for, and what the lock file marks as for development or optional is taken out.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

type Locked = {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
};
type Component = { readonly 'bom-ref': string; readonly purl: string };
type Dependency = { readonly ref: string; readonly dependsOn: readonly string[] };
export type Bill = {
  readonly metadata: { readonly component: Component & { readonly name: string } };
  readonly components: readonly Component[];
  readonly dependencies: readonly Dependency[];
};

const ROOT = join(import.meta.dirname, '..');

/** `name@version` of every package that `npm ci --omit=dev --omit=optional` installs. */
export function inProduction(lock: { readonly packages: Readonly<Record<string, Locked>> }): Set<string> {
  const installed = Object.entries(lock.packages).filter(
    ([path, { dev, optional, devOptional }]) =>
      path.includes('node_modules/') && dev !== true && optional !== true && devOptional !== true,
  );
  return new Set(
    installed.flatMap(([path, { version }]) =>
      version === undefined ? [] : [`${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`],
    ),
  );
}

/** The bill without the components that are not in `names`, and without what depends on them. */
export function limitedTo(names: ReadonlySet<string>, bill: Bill): Bill {
  const components = bill.components.filter(({ purl }) => names.has(nameOf(purl)));
  const refs = new Set([bill.metadata.component, ...components].map((each) => each['bom-ref']));
  const dependencies = bill.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }));
  return { ...bill, components, dependencies };
}

/** `pkg:npm/%40scope/name@1.2.3` is `@scope/name@1.2.3`; qualifiers may follow. */
export function nameOf(purl: string): string {
  return decodeURIComponent(purl.slice('pkg:npm/'.length).split('?')[0] ?? '');
}

function main(): void {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Parameters<
    typeof inProduction
  >[0];
  const options = ['--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
  const printed = execFileSync('npm', ['sbom', ...options], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const bill = limitedTo(inProduction(lock), JSON.parse(printed) as Bill);
  process.stdout.write(`${JSON.stringify(bill, undefined, 2)}\n`);
}

if (import.meta.main) main();
