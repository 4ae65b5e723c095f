import type { World } from './world.ts'

/** Whether nothing is left to do: no request is under way, nothing is leased, no attempt is planned, nothing is to be told. */
export async function isAtRest({ network, notes, backing, webhooks }: World): Promise<boolean> {
  if (network.underWay() > 0 || notes.leased.size > 0) return false
  if ((await backing.store.work.lanes()).length > 0) return false
  const rows = await Promise.all(webhooks.map(({ id }) => backing.store.webhooks.byId(id)))
  return rows.every((webhook) => webhook?.telling.dueAt == null)
}
