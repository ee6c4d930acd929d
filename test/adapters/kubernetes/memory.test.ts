/** Nothing of the raw pods stays in memory: not as an object, and not as a text that a kept text is cut from. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Breath } from '../../../src/adapters/kubernetes/breath.ts';
import { HolderStore } from '../../../src/adapters/kubernetes/holder-store.ts';
import { HolderTable } from '../../../src/adapters/kubernetes/holder-table.ts';
import { podList, rawPod } from './support.ts';

const PODS = 400;
const RAW_BYTES_EACH = 50_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heldBytes(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

function page(): string {
  const pods = Array.from({ length: PODS }, (_, index) =>
    rawPod({
      name: `a-rather-long-name-of-a-pod-${index}`,
      uid: `0d0f5a5e-7f0e-4a52-9d0a-${String(index).padStart(12, '0')}`,
      metadata: {
        labels: { app: `application-${index % 7}` },
        annotations: { big: 'x'.repeat(RAW_BYTES_EACH) },
      },
      spec: { nodeName: `ip-10-0-0-${index % 5}.eu-central-1.compute.internal` },
    }),
  );
  return JSON.stringify(podList(pods, '100'));
}

test('holders cost hundreds of bytes each, however large their pods are', async () => {
  const listener = { changed: (): void => undefined, unreadable: (): void => undefined };
  const store = new HolderStore(['app']);
  const before = heldBytes();
  const table = new HolderTable();
  const { items } = JSON.parse(page()) as { items: object[] };
  for (const pod of items) store.gather(table, pod);
  items.length = 0;
  await store.replace(table, listener, new Breath(100));
  const each = (heldBytes() - before) / PODS;
  assert.equal([...store.table.holders()].length, PODS);
  assert.ok(each < 3000, `${each} bytes for each holder`);
});
