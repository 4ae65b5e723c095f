/** Each item's result, in the items' order, with at most so many under way at once. Rejects with the first rejection. */
export async function mapInOrder<Item, Result>(
  items: readonly Item[],
  atOnceMax: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const open = items.entries()
  async function takeTurns(): Promise<void> {
    for (const [index, item] of open) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(atOnceMax, items.length) }, takeTurns))
  return results
}
