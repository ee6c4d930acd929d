/** Which objects a list, a watch or a collection is about: place, field selector and label selector. */

import { parseLabelSelector } from './label-selector.ts';
import { at, type KubeObject } from './object.ts';
import type { Target } from './paths.ts';
import type { Resource } from './resources.ts';
import { apiVersionOf } from './resources.ts';
import { badRequest } from './status.ts';

export type Selection = {
  readonly holds: (object: KubeObject) => boolean;
  /** Neither selector was given. Only then does a list tell how many items remain. */
  readonly unfiltered: boolean;
};

type FieldTest = { readonly field: string; readonly equal: boolean; readonly value: string };

export function selectionOf(target: Target, query: URLSearchParams): Selection {
  const fieldText = query.get('fieldSelector') ?? '';
  const labelText = query.get('labelSelector') ?? '';
  const fields = parseFieldSelector(target.resource, fieldText, labelText);
  const labels = parseLabelSelector(labelText);
  return {
    unfiltered: fieldText === '' && labelText === '',
    holds: (object) =>
      (target.namespace === undefined || object.metadata.namespace === target.namespace) &&
      (target.name === undefined || object.metadata.name === target.name) &&
      fields.every((test) => (fieldValue(object, test.field) === test.value) === test.equal) &&
      labels(object.metadata.labels),
  };
}

const FIELD_TERM = /^([^=!]+?)(==|=|!=)(.*)$/;

function parseFieldSelector(resource: Resource, text: string, labelText: string): readonly FieldTest[] {
  if (text === '') return [];
  return text.split(',').map((term) => {
    const match = FIELD_TERM.exec(term);
    if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = '', operator, value = ''] = match;
    if (!isSelectable(resource, field)) {
      const what = `${apiVersionOf(resource)}, Resource=${resource.plural}`;
      const named = resource.group === '' ? `/${what}` : what;
      throw badRequest(
        `Unable to find "${named}" that match label selector "${labelText}", field selector "${text}": ` +
          `field label not supported: ${field}`,
      );
    }
    return { field, equal: operator !== '!=', value };
  });
}

function isSelectable(resource: Resource, field: string): boolean {
  if (field === 'metadata.name') return true;
  if (field === 'metadata.namespace') return resource.namespaced;
  return resource.selectable.includes(field);
}

/** An absent field is the empty text. */
function fieldValue(object: KubeObject, field: string): string {
  const value = at(object, ...field.split('.'));
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : '';
}
