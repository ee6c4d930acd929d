/** The sentences of the trace: what an operation says of itself. */

import type { Operation } from './operations.ts';
import type { Scene } from './scene.ts';

/** The kind, the identity by its name, and what else the operation holds. */
export function sentence(operation: Operation, scene: Scene): string {
  const { kind, ...rest } = operation;
  const words = Object.entries(rest).map(([key, value]) => {
    if (key === 'identity' && typeof value === 'number') return scene.identity(value);
    return `${key}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`;
  });
  return [kind, ...words].join(' ');
}
