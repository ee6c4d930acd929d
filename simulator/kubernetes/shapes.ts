/** The shape in which a caller wants objects: whole, as a Table, or their metadata alone. */

import { present } from './events.ts';
import { listText, objectText } from './encode.ts';
import type { JsonObject, KubeObject } from './object.ts';
import type { Page } from './pages.ts';
import type { Resource } from './resources.ts';
import { tableOf } from './table.ts';

export type Shape = 'whole' | 'table' | 'metadata';

export function shapedObject(shape: Shape, resource: Resource, object: KubeObject, nowMs: number): string {
  switch (shape) {
    case 'whole':
      return objectText(resource, object);
    case 'table': {
      const { resourceVersion } = object.metadata;
      return JSON.stringify(tableOf(resource, [present(resource, object)], { resourceVersion }, nowMs));
    }
    case 'metadata':
      return JSON.stringify(partialOf(object));
  }
}

export function shapedList(shape: Shape, resource: Resource, page: Page, nowMs: number): string {
  const { continue: next, items, remainingItemCount, resourceVersion } = page;
  const metadata = { resourceVersion, continue: next, remainingItemCount };
  switch (shape) {
    case 'whole':
      return listText(resource, page);
    case 'table': {
      const shown = items.map((item) => present(resource, item));
      return JSON.stringify(tableOf(resource, shown, metadata, nowMs));
    }
    case 'metadata': {
      const head = { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata };
      return JSON.stringify({ ...head, items: items.map(partialOf) });
    }
  }
}

function partialOf({ metadata }: KubeObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}
