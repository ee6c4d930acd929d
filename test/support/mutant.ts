/** A copy of the sources with one fault planted, to show that a test can fail. */

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';

export type Fault = {
  /** From the root of the repository. */
  readonly file: string;
  /** What stands there once and only once. */
  readonly right: string;
  readonly wrong: string;
};

/** The address of `module`, which may need no package, in a copy that is gone when the test is over. */
export function plant(t: TestContext, module: string, fault: Fault): string {
  const root = mkdtempSync(path.join(tmpdir(), 'mutant-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  cpSync('src', path.join(root, 'src'), { recursive: true });
  writeFileSync(path.join(root, 'package.json'), '{"type":"module"}');
  const file = path.join(root, fault.file);
  const parts = readFileSync(file, 'utf8').split(fault.right);
  assert.equal(parts.length, 2, `${fault.file} holds ${parts.length - 1} times: ${fault.right}`);
  writeFileSync(file, parts.join(fault.wrong));
  return pathToFileURL(path.join(root, module)).href;
}
