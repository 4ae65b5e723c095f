import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../src/core/time.ts'
import type { Dice } from '../dice.ts'
import type { OwnTrouble } from '../network/network.ts'
import type { Fault } from '../scenario.ts'
import type { World } from '../world.ts'
import type { Action } from './action.ts'

function fault(name: Fault, perform: (world: World, dice: Dice) => void): Action {
  return { name, timesPerHour: (scenario) => scenario.faultsPerDay[name] / 24, perform }
}

function downMs(dice: Dice): number {
  return Math.round(dice.chance(0.8) ? dice.between(0, 5 * SECOND_MS) : dice.between(0, 20 * MINUTE_MS))
}

/** At any moment, or at one where the most can go wrong: around a transaction, or with a request just sent. */
export const crash = fault('crash', (world, dice) => {
  const lasting = downMs(dice)
  const { weather, cluster, network } = world
  const spring = (process: Parameters<typeof cluster.crashProcess>[0]): void =>
    cluster.crashProcess(process, lasting)
  const where = dice.weighted([
    [4, 'now'],
    [2, 'after'],
    [1, 'before'],
    [2, 'sending'],
  ] as const)
  if (where === 'now') cluster.crash(lasting)
  else if (where === 'sending') network.trap = spring
  else {
    const call = dice.weighted([
      [6, 'work.commit'],
      [2, 'webhooks.change'],
      [1, 'work.recover'],
      [1, 'work.lanes'],
    ] as const)
    weather.trap = { call, when: where, spring }
  }
})

export const restart = fault('restart', (world) => world.cluster.restart())

/** A pause that nobody notices, or one after which another process has taken over. */
export const freeze = fault('freeze', (world, dice) => {
  const takeOverAfterMs = dice.chance(0.6) ? Math.round(dice.between(0, MINUTE_MS)) : null
  world.cluster.freeze(Math.round(dice.between(100, 2 * MINUTE_MS)), takeOverAfterMs)
})

export const storeErrors = fault('storeErrors', (world, dice) => {
  const share = dice.chance(0.3) ? 1 : dice.between(0.05, 0.7)
  world.weather.failing = share
  badWeather(world, Math.round(dice.between(SECOND_MS, 10 * MINUTE_MS)), () => (world.weather.failing = 0))
})

export const diskFull = fault('diskFull', (world, dice) => {
  world.weather.full = true
  badWeather(world, Math.round(dice.between(MINUTE_MS, 2 * HOUR_MS)), () => (world.weather.full = false))
})

function badWeather({ notes, clock }: World, ms: number, clear: () => void): void {
  notes.outages.push({ cause: 'store', from: notes.now(), until: notes.now() + ms, node: null })
  clock.after(ms, clear)
}

/** By a little, as a time server does, or by much, as people do. */
export const clockStep = fault('clockStep', ({ clock, notes }, dice) => {
  const most = dice.chance(0.7) ? 2 * SECOND_MS : HOUR_MS
  const byMs = Math.round(dice.between(-most, most))
  clock.step(byMs)
  notes.clockSteps.push({ at: notes.now(), byMs })
})

/** Of the machine: whatever process runs on it. One ends before the next of its kind begins. */
function ownTrouble(name: Fault, what: OwnTrouble): Action {
  return fault(name, ({ network, notes, clock }, dice) => {
    if (network.broken.has(what)) return
    const ms = Math.round(dice.between(5 * SECOND_MS, dice.chance(0.3) ? HOUR_MS : 3 * MINUTE_MS))
    network.broken.add(what)
    notes.ownTroubles.push({ what, from: notes.now(), until: notes.now() + ms })
    notes.outages.push({ cause: 'own fault', from: notes.now(), until: notes.now() + ms, node: null })
    clock.after(ms, () => network.broken.delete(what))
  })
}

export const noDescriptors = ownTrouble('noDescriptors', 'descriptors')
export const noResolver = ownTrouble('noResolver', 'resolver')
export const noNetwork = ownTrouble('noNetwork', 'network')
