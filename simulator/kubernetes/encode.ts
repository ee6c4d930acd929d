/** Objects as JSON text. A text is made once for each state of an object. */

import { present } from './events.ts';
import type { KubeObject } from './object.ts';
import type { Resource } from './resources.ts';
import { apiVersionOf } from './resources.ts';
import type { Page } from './pages.ts';

const itemTexts = new WeakMap<KubeObject, string>();

/** An item of a list: without apiVersion and kind. */
export function itemText(resource: Resource, object: KubeObject): string {
  const isPlain = resource.group !== 'events.k8s.io';
  const known = isPlain ? itemTexts.get(object) : undefined;
  if (known !== undefined) return known;
  const { apiVersion: _version, kind: _kind, ...item } = present(resource, object);
  const text = JSON.stringify(item);
  if (isPlain && Object.isFrozen(object)) itemTexts.set(object, text);
  return text;
}

/** The object on its own: with apiVersion and kind. */
export function objectText(resource: Resource, object: KubeObject): string {
  const head = JSON.stringify({ kind: resource.kind, apiVersion: apiVersionOf(resource) });
  return `${head.slice(0, -1)},${itemText(resource, object).slice(1)}`;
}

export function listText(resource: Resource, page: Page): string {
  const head = JSON.stringify({
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: {
      resourceVersion: page.resourceVersion,
      continue: page.continue,
      remainingItemCount: page.remainingItemCount,
    },
  });
  const items = page.items.map((object) => itemText(resource, object));
  return `${head.slice(0, -1)},"items":[${items.join(',')}]}`;
}
