/** Does `action` to each item, so many at a time. */
export async function eachOf<Item>(
  items: readonly Item[],
  atOnce: number,
  action: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values()
  const worker = async (): Promise<void> => {
    for (const item of left) await action(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
