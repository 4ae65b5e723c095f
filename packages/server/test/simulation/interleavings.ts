import fc from 'fast-check'
import { MINUTE_MS } from '../../src/core/time.ts'
import { disable, enable, pause, remove } from '../../src/core/webhook.ts'
import { checkInvariants } from '../invariants/checker.ts'
import type { Violation } from '../invariants/check.ts'
import { createDice } from './dice.ts'
import { historyOf } from './history-of.ts'
import { change, createWebhook } from './owner.ts'
import { isAtRest } from './rest.ts'
import { scenarioOf, type Scenario } from './scenario.ts'
import { compose, publish } from './traffic.ts'
import { createWorld, type PlantBug, type World } from './world.ts'

/**
 * Small cases in which fast-check, not time, decides which answer of the store or of a receiver comes next. A case that
 * fails is shrunk, and its `seed` and `path` repeat it.
 */
const STEPS = [
  'publish',
  'publish',
  'burst',
  'disable',
  'pause',
  'send',
  'drop',
  'remove',
  'crash',
  'wait',
] as const
type Step = (typeof STEPS)[number]

const WEBHOOKS = 2
const BURST = 5
const STEPS_MAX = 14
const SMALL: Partial<Scenario> = {
  organizations: 1,
  webhooksPerOrganization: WEBHOOKS,
  burstEvents: STEPS_MAX * BURST,
  slots: 2,
  slotsPerWebhook: 2,
  moveRowsPerSlice: 2,
  retentionMs: null,
  keepsLog: false,
}

/** Rounds in which a small case comes to rest; one that does not is judged as it is then. */
const ROUNDS_MAX = 3_000

interface CaseOptions {
  plantBug?: PlantBug
  /**
   * Whether what the store has done may be answered in another order than it was done in: over SQLite reads overtake
   * writes, which wait for the disk, and over a network anything may. Otherwise it answers at once.
   */
  overtaking?: boolean
}

interface Case {
  world: World
  scheduler: fc.Scheduler
  /** Answers that were asked for, but for those that are asked for again and again while nothing happens. */
  asked: () => number
}

async function begin(scheduler: fc.Scheduler, seed: number, options: CaseOptions): Promise<Case> {
  let asked = 0
  async function pause(_delayMs: number, what: string): Promise<void> {
    if (what.endsWith(' answered') && !options.overtaking) return
    if (!what.includes(' work.lanes')) asked += 1
    await scheduler.schedule(Promise.resolve(), what)
  }
  const { plantBug } = options
  const world = await createWorld(
    { ...scenarioOf(seed), ...SMALL },
    { pause: () => pause, ...(plantBug && { plantBug }) },
  )
  return { world, scheduler, asked: () => asked }
}

/** Lets one answer after the other come, in the order the scheduler likes, until nothing is left to do. */
async function settle({ world, scheduler, asked }: Case): Promise<void> {
  let stepMs = 1
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = asked()
    while (scheduler.count() > 0) await scheduler.waitNext(1)
    if (stepMs > MINUTE_MS && world.cluster.isWhole && (await isAtRest(world))) return
    await world.clock.advance(stepMs)
    stepMs = asked() > before ? 1 : Math.min(stepMs * 2, 10 * MINUTE_MS)
  }
}

function perform(world: World, step: Step, chance: number): void {
  const dice = createDice(chance)
  const tenant = world.tenants[0]!
  const webhook = world.webhooks[chance % world.webhooks.length]!
  const count = step === 'burst' ? BURST : 1
  switch (step) {
    case 'publish':
    case 'burst':
      for (let index = 0; index < count; index++) void publish(world, compose(tenant, 1, null, dice))
      return
    case 'disable':
      return void change(world, webhook, 'disabled', disable)
    case 'pause':
      return void change(world, webhook, 'paused', pause)
    case 'send':
    case 'drop':
      return void change(world, webhook, 'enabled', (before, now) => enable(before, step, now), step)
    case 'remove':
      return void change(world, webhook, 'deleted', remove)
    case 'crash': {
      world.cluster.crash(1_000)
      return
    }
    case 'wait':
      return
  }
}

const smallCase = fc.record({
  seed: fc.nat(1_000),
  steps: fc.array(fc.record({ step: fc.constantFrom(...STEPS), chance: fc.nat(1_000), answers: fc.nat(6) }), {
    maxLength: STEPS_MAX,
  }),
})

type SmallCase = typeof smallCase extends fc.Arbitrary<infer One> ? One : never

async function violationsOf(
  scheduler: fc.Scheduler,
  { seed, steps }: SmallCase,
  options: CaseOptions,
): Promise<Violation[]> {
  const one = await begin(scheduler, seed, options)
  const { world } = one
  world.cluster.launch()
  await settle(one)
  for (let index = 0; index < WEBHOOKS; index++) {
    void createWebhook(world, world.tenants[0]!, createDice(seed + index))
  }
  await settle(one)
  for (const { step, chance, answers } of steps) {
    perform(world, step, chance)
    await world.clock.advance(answers)
    for (let index = 0; index < answers && scheduler.count() > 0; index++) await scheduler.waitNext(1)
  }
  await settle(one)
  const { violations } = checkInvariants(await historyOf(world))
  return violations
}

/** Violations that a failure shows. */
const SHOWN_MAX = 5

export interface InterleavingOptions extends CaseOptions {
  numRuns: number
  /** Chance decides when it is left out; `seed` and `path` of a report repeat it. */
  seed?: number
  path?: string
}

/** Looks for a case that violates an invariant; of all when none is named. */
export function checkInterleavings(
  { plantBug, overtaking = false, ...parameters }: InterleavingOptions,
  invariant: number | null = null,
): Promise<fc.RunDetails<[fc.Scheduler, SmallCase]>> {
  const property = fc.asyncProperty(fc.scheduler(), smallCase, async (scheduler, example) => {
    const violations = await violationsOf(scheduler, example, { overtaking, ...(plantBug && { plantBug }) })
    const counted = violations.filter((violation) => invariant === null || violation.invariant === invariant)
    if (counted.length > 0) throw new InvariantViolated(JSON.stringify(counted.slice(0, SHOWN_MAX), null, 2))
  })
  return fc.check(property, { ...parameters, endOnFailure: invariant !== null })
}

/** What was found, for people: the case, how to repeat it, and what it violates. */
export function explainInterleavings(found: fc.RunDetails<[fc.Scheduler, SmallCase]>): string {
  return `${fc.defaultReportMessage(found)}\n${String(found.errorInstance)}`
}

/** Tells a case that broke a promise from one that could not be run. */
export class InvariantViolated extends Error {}
