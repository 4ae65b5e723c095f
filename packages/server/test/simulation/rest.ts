import type { World } from './world.ts'

/** Whether nothing is left to do: no request is under way, nothing is leased, no attempt is planned. */
export async function isAtRest({ network, notes, backing }: World): Promise<boolean> {
  if (network.underWay() > 0 || notes.leased.size > 0) return false
  return (await backing.store.work.lanes()).length === 0
}
