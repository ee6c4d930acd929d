/** A bounded pool: independent items, a few at a time, none stopping the others. */

/**
 * Runs `work` on every item, `size` at a time, in their order of starting. Fulfilled when all have ended;
 * failures are returned, not thrown, in the order of the items.
 */
export async function inPool<T>(
  items: readonly T[],
  size: number,
  work: (item: T) => Promise<void>,
): Promise<readonly unknown[]> {
  const results: PromiseSettledResult<void>[] = [];
  const entries = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of entries) {
      const [result] = await Promise.allSettled([work(item)]);
      results[index] = result;
    }
  };
  await Promise.all(Array.from({ length: Math.min(size, items.length) }, worker));
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
}
