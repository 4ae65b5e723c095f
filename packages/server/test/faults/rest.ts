import { HOUR_MS } from '../../src/core/time.ts'
import { eventually } from '../support/eventually.ts'
import type { World } from './world.ts'

const REST_MS_MAX = 480_000
/** Deliveries that crashes cut off again and again wait for minutes in the end; most runs have none for longer. */
const CRASHED_REST_MS_MAX = 90_000
/** Waits of deliveries that crashes cut off again and again are no longer (`unknownWaitMs`). */
const LATER_MS = 2 * HOUR_MS

interface WaitOptions {
  /** Deliveries to the receiver of that name only. */
  name?: string
  timeoutMs?: number
}

/** Resolves when nothing is left to send, as the server that listens sees it. */
export async function nothingPending(world: World, options: WaitOptions = {}): Promise<void> {
  await noneIs(['pending'], world, options)
}

/**
 * Resolves when nothing waits for anything, no webhook being stopped. A webhook that was stopped and started again in a
 * hurry has its deliveries moved from pending to held and back, slice after slice: they are looked for in both places.
 */
export async function nothingWaits(world: World, options: WaitOptions = {}): Promise<void> {
  await noneIs(['pending', 'held', 'pending'], world, options)
}

async function noneIs(
  states: readonly ('pending' | 'held')[],
  world: World,
  { name, timeoutMs = REST_MS_MAX }: WaitOptions,
): Promise<void> {
  const api = await world.api()
  const id = name === undefined ? undefined : world.facts.webhooks.get(name)?.id
  const ofWebhook = id === undefined ? '' : `&webhook_id=${id}`
  const firstFound = async (): Promise<unknown> => {
    for (const state of states) {
      const path = `/api/v1/deliveries?state=${state}&limit=1${ofWebhook}`
      const [found] = (await api.get<{ data: unknown[] }>(path)).data
      if (found !== undefined) return found
    }
    return null
  }
  await eventually(firstFound, (found) => found === null, timeoutMs)
}

/**
 * Lets the server that listens send everything that is owed, no webhook being stopped, and stops it. If some of it must
 * wait for longer than a test can, a second server whose clock reads hours more takes it up; the history can be held
 * against less then.
 */
export async function comeToRest(world: World): Promise<'in time' | 'hours later'> {
  try {
    await nothingWaits(world, { timeoutMs: CRASHED_REST_MS_MAX })
    await world.stop()
    return 'in time'
  } catch {
    await world.stop()
    await world.start({ clockOffsetMs: LATER_MS })
    await nothingWaits(world)
    await world.stop()
    return 'hours later'
  }
}
