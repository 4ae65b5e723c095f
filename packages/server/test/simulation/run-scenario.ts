import { Problem } from '../../src/core/errors.ts'
import { HOUR_MS, MINUTE_MS } from '../../src/core/time.ts'
import { checkInvariants, type Verdict } from '../invariants/checker.ts'
import type { History, Outage } from '../invariants/history.ts'
import type { Action } from './actions/action.ts'
import { ACTIONS } from './actions/index.ts'
import { createDice, type Dice } from './dice.ts'
import { historyOf } from './history-of.ts'
import { createHangingWebhook, createWebhook } from './owner.ts'
import type { Scenario } from './scenario.ts'
import { windDown } from './winding-down.ts'
import { createWorld, type World, type WorldOptions } from './world.ts'

/** What one scenario came to. */
export interface Run {
  scenario: Scenario
  history: History
  verdict: Verdict
  /** What the engine reported as a fault of its own; there must be none. */
  faults: readonly string[]
  figures: Figures
}

export interface Figures {
  /** Hours of virtual time with traffic. */
  hours: number
  events: number
  deliveries: number
  attempts: number
  /** That receivers had. */
  requests: number
  changes: number
  resends: number
  replays: number
  crashes: number
  restarts: number
  freezes: number
  storeOutages: number
  clockSteps: number
  /** Times in which the machine had no descriptors, name servers or network. */
  ownTroubles: number
}

/** Runs a scenario to its rest and holds what came of it against the invariants. */
export async function runScenario(scenario: Scenario, options: WorldOptions = {}): Promise<Run> {
  const world = await createWorld(scenario, options)
  const dice = createDice(scenario.seed)
  world.cluster.launch()
  await world.clock.advance(MINUTE_MS)
  await addWebhooks(world, dice.fork('webhooks'))

  const traffic = startActions(world, dice)
  await world.clock.advance(scenario.hours * HOUR_MS)
  traffic.stop()
  await windDown(world)

  const history = await historyOf(world)
  const run = { scenario, history, verdict: checkInvariants(history), faults: world.notes.failures }
  await world.backing.remove()
  return { ...run, figures: figuresOf(run) }
}

async function addWebhooks(world: World, dice: Dice): Promise<void> {
  for (const tenant of world.tenants) {
    for (let count = 0; count < world.scenario.webhooksPerOrganization; count++) {
      void createWebhook(world, tenant, dice)
      await world.clock.advance(1_000)
    }
  }
  for (let count = 0; count < world.scenario.hangingBeside; count++) {
    void createHangingWebhook(world, world.tenants[0]!, dice)
    await world.clock.advance(1_000)
  }
}

function startActions(world: World, dice: Dice): { stop: () => void } {
  let stopped = false

  function later(action: Action, own: Dice, rate: number): void {
    world.clock.after(own.waitMs(rate), () => {
      if (stopped) return
      later(action, own, rate)
      void perform(world, action, own)
    })
  }

  for (const action of ACTIONS) {
    const rate = action.timesPerHour(world.scenario)
    if (rate > 0) later(action, dice.fork(action.name), rate)
  }
  return {
    stop() {
      stopped = true
    },
  }
}

async function perform(world: World, action: Action, dice: Dice): Promise<void> {
  try {
    await action.perform(world, dice)
  } catch (error) {
    if (!(error instanceof Problem)) world.notes.failures.push(`${action.name}: ${String(error)}`)
  }
}

function figuresOf({ scenario, history }: Pick<Run, 'scenario' | 'history'>): Figures {
  const { rows, removals = [], requests = [], resends = [], replays = [] } = history
  const count = (kind: 'events' | 'deliveries' | 'attempts'): number =>
    removals.reduce((total, removal) => total + removal.rows[kind].length, rows?.[kind].length ?? 0)
  const outages = (cause: Outage['cause']): number =>
    history.outages.filter((outage) => outage.cause === cause).length
  return {
    hours: scenario.hours,
    events: count('events'),
    deliveries: count('deliveries'),
    attempts: count('attempts'),
    requests: requests.length,
    changes: history.changes.length,
    resends: resends.length,
    replays: replays.length,
    crashes: outages('crash'),
    restarts: outages('stop'),
    freezes: outages('freeze'),
    storeOutages: outages('store'),
    clockSteps: history.clockSteps.length,
    ownTroubles: history.ownTroubles?.length ?? 0,
  }
}
