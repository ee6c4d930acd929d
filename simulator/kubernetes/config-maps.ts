/** The checks of ConfigMaps: their keys and their size. */

import { at, type KubeObject, recordAt } from './object.ts';
import { tooLong, wrong } from './problems.ts';
import type { InvalidField } from './status.ts';

const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;
const MAX_CONFIG_MAP = 1024 * 1024;

/** The values alone count, those of binaryData as bytes. The problem is one of the whole object: its field is `[]`. */
export function configMapProblems(map: KubeObject): readonly InvalidField[] {
  const texts = Object.entries(recordAt(map, 'data'));
  const binaries = Object.entries(recordAt(map, 'binaryData'));
  const size =
    texts.reduce((sum, [, value]) => sum + Buffer.byteLength(String(value)), 0) +
    binaries.reduce((sum, [, value]) => sum + Buffer.byteLength(String(value), 'base64'), 0);
  return [
    ...texts.flatMap(([key]) => keyProblems('data', key)),
    ...texts
      .filter(([key]) => at(map, 'binaryData', key) !== undefined)
      .map(([key]) =>
        wrong(`data[${key}]`, `Invalid value: "${key}": duplicate of key present in binaryData`),
      ),
    ...binaries.flatMap(([key]) => keyProblems('binaryData', key)),
    ...(size > MAX_CONFIG_MAP ? [tooLong('[]', MAX_CONFIG_MAP)] : []),
  ];
}

function keyProblems(field: string, key: string): readonly InvalidField[] {
  if (CONFIG_KEY.test(key) && key.length <= 253) return [];
  const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
  return [wrong(`${field}[${key}]`, `Invalid value: "${key}": ${rule}`)];
}
