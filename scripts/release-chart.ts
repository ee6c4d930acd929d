/** Copies the chart with the image of a release written into its values: a released chart names its image by digest. */

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { parseDocument } from 'yaml';

const CHART = join(import.meta.dirname, '..', 'charts/pod-identity-revoker');

export type ReleasedImage = { readonly repository: string; readonly digest: string };

/** The values with the image in them; comments and order stay as they are. */
export function withImage(yaml: string, { repository, digest }: ReleasedImage): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`${JSON.stringify(digest)} is not a digest`);
  if (!/^[a-z0-9][\w.:/-]*$/.test(repository)) throw new Error(`${JSON.stringify(repository)} is no image`);
  const document = parseDocument(yaml);
  for (const [name, value] of Object.entries({ repository, digest })) {
    if (!document.hasIn(['image', name])) throw new Error(`values.yaml has no image.${name}`);
    document.setIn(['image', name], value);
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function main(args: readonly string[]): void {
  const options = {
    repository: { type: 'string' },
    digest: { type: 'string' },
    out: { type: 'string' },
  } as const;
  const { repository, digest, out } = parseArgs({ args: [...args], options }).values;
  if (repository === undefined || digest === undefined || out === undefined) {
    throw new Error('usage: release-chart.ts --repository IMAGE --digest sha256:... --out FOLDER');
  }
  cpSync(CHART, out, { recursive: true });
  const values = join(out, 'values.yaml');
  writeFileSync(values, withImage(readFileSync(values, 'utf8'), { repository, digest }));
}

if (import.meta.main) main(process.argv.slice(2));
