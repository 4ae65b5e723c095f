import { describe, expect, it } from 'vitest'
import { createSeededRandom, createVirtualClock, START_MS } from '../../test/support/virtual-clock.ts'
import { Problem } from '../core/errors.ts'
import { createIds } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import { untriedMonitor, type Monitor } from '../core/monitor.ts'
import { endRun, startRun } from '../core/run-lifecycle.ts'
import type { Run, Verdict } from '../core/run.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/time.ts'
import { plainDecisions } from '../store/conformance/decisions.ts'
import { createMemoryStore } from '../store/memory/index.ts'
import type { Store } from '../store/store.ts'
import { nextRunAt } from './next-run.ts'
import { createScheduler } from './scheduler.ts'
import { createRunStarter } from './start-run.ts'

const PASS: Verdict = {
  result: 'PASS',
  findings: [],
  counts: { error: 0, warning: 0, info: 0 },
  score: null,
  scoredTypes: null,
  seen: null,
  errorCategory: null,
}

/** A scheduler over virtual time and a memory store; runs end when the test says so. */
async function createWorld({ wrap = (store: Store) => store } = {}) {
  const clock = createVirtualClock()
  const ids = createIds(clock, createSeededRandom(1))
  const memory = createMemoryStore({ now: () => clock.now(), makeDeliveryId: () => ids.make('dlv') })
  const store = wrap(memory)
  const organization = await memory.organizations.create(
    { slug: 'acme', name: 'Acme', tier: 'enterprise', createdAt: START_MS },
    ids.make('proj'),
  )
  const { id: projectId } = await memory.projects.default(organization.id)
  const times = { createdAt: START_MS, updatedAt: START_MS }
  const fields = {
    organizationId: organization.id,
    projectId,
    slug: 'pages',
    name: 'Pages',
    steps: [],
    ...times,
  }
  await memory.workflows.create({ ...fields, scoreThreshold: 5 }, null)
  const workflow = (await memory.workflows.find(organization.id, 'pages'))!

  const started: { monitorId: string; at: number; run: Run }[] = []
  const errors: unknown[] = []
  const refusals: Error[] = []
  /** What a real run pipeline keeps of idempotency keys. */
  const claims = new Map<string, Run>()

  /** What a monitor of another organization needs. */
  async function tenant(slug: string): Promise<Pick<Monitor, 'organizationId' | 'projectId' | 'workflowId'>> {
    const { id: organizationId } = await memory.organizations.create(
      { slug, name: slug, tier: 'enterprise', createdAt: START_MS },
      ids.make('proj'),
    )
    const project = await memory.projects.default(organizationId)
    const made = { ...fields, organizationId, projectId: project.id, scoreThreshold: 5 }
    await memory.workflows.create(made, null)
    const { id: workflowId } = (await memory.workflows.find(organizationId, 'pages'))!
    return { organizationId, projectId: project.id, workflowId }
  }

  async function keep(run: Run): Promise<void> {
    const unit = { claim: null, run, submission: null, events: [], target: null }
    const batch = { accepts: [unit], results: [], claims: [], releases: [], now: clock.now() }
    await memory.work.commit(batch, plainDecisions)
  }

  function make() {
    return createScheduler({
      monitors: store.monitors,
      startRun: createRunStarter({
        monitors: store.monitors,
        runs: store.runs,
        async submit(monitor, idempotency) {
          const refusal = refusals.shift()
          if (refusal !== undefined) throw refusal
          const own = (await memory.workflows.byId(monitor.organizationId, monitor.workflowId)) ?? workflow
          const key = idempotency?.key ?? ''
          const earlier = claims.get(key)
          if (earlier !== undefined) return earlier
          const birth = { workflow: own, settings: '', id: ids.uuid(), now: clock.now() }
          const submission = {
            content: null,
            contentType: null,
            fileName: null,
            url: monitor.url,
            subject: null,
          }
          const run = startRun(birth, { ...submission, metadata: {} }, 'RUNNING')
          // In one commit, as the run pipeline does it.
          claims.set(key, run)
          await keep(run)
          started.push({ monitorId: monitor.id, at: clock.now(), run })
          return run
        },
      }),
      async hasEnded({ organizationId, id }) {
        return (await memory.runs.get(organizationId, id))?.endedAt !== null
      },
      clock,
      onError: (error) => errors.push(error),
    })
  }

  async function add(changes: Partial<Monitor> = {}): Promise<Monitor> {
    const id = ids.make('mon')
    const monitor: Monitor = {
      id,
      organizationId: organization.id,
      projectId,
      workflowId: workflow.id,
      name: id,
      url: 'https://example.com/',
      schedule: 'hourly',
      timeZone: 'UTC',
      enabled: true,
      nextRunAt: nextRunAt({ id, schedule: 'hourly', timeZone: 'UTC' }, clock.now()),
      lastRunId: null,
      ...untriedMonitor(),
      ...times,
      ...changes,
    }
    await memory.monitors.create(monitor, () => undefined, null)
    return monitor
  }

  return {
    clock,
    memory,
    organization,
    tenant,
    started,
    errors,
    refusals,
    make,
    add,
    now: async ({ id }: Monitor) => (await memory.monitors.get(organization.id, id))!,
    end: (run: Run) => keep(endRun(run, PASS, START_MS, clock.now())),
    async endAll() {
      for (const { run } of started) await keep(endRun(run, PASS, START_MS, clock.now()))
    },
  }
}

describe('the scheduler', () => {
  it('starts a run at every slot, and remembers the last', async () => {
    const world = await createWorld()
    const monitor = await world.add()
    const scheduler = world.make()
    scheduler.start()
    for (let hours = 0; hours < 3; hours += 1) {
      await world.clock.advance(HOUR_MS)
      await world.endAll()
    }
    const first = monitor.nextRunAt!
    expect(world.started.map(({ at }) => at)).toEqual([first, first + HOUR_MS, first + 2 * HOUR_MS])
    expect(await world.now(monitor)).toMatchObject({
      lastRunId: world.started[2]!.run.id,
      nextRunAt: first + 3 * HOUR_MS,
    })
    expect(world.errors).toEqual([])
    await scheduler.stop()
  })

  it('lets a slot pass while the last run has not ended', async () => {
    const world = await createWorld()
    const monitor = await world.add()
    const scheduler = world.make()
    scheduler.start()
    await world.clock.advance(3 * HOUR_MS)
    expect(world.started).toHaveLength(1)
    expect((await world.now(monitor)).nextRunAt).toBe(monitor.nextRunAt! + 3 * HOUR_MS)
    await world.endAll()
    await world.clock.advance(HOUR_MS)
    expect(world.started).toHaveLength(2)
    await scheduler.stop()
  })

  it('makes up for slots that no server was there for by one run', async () => {
    const world = await createWorld()
    const monitor = await world.add()
    await world.clock.advance(10 * DAY_MS)
    const scheduler = world.make()
    scheduler.start()
    await world.clock.advance(MINUTE_MS)
    await world.endAll()
    expect(world.started.map(({ monitorId }) => monitorId)).toEqual([monitor.id])
    expect((await world.now(monitor)).nextRunAt).toBeGreaterThan(world.clock.now() - MINUTE_MS)
    await scheduler.stop()
  })

  it('never starts one that is disabled or was deleted', async () => {
    const world = await createWorld()
    await world.add({ enabled: false, nextRunAt: null })
    const gone = await world.add()
    const stopped = await world.add()
    const scheduler = world.make()
    scheduler.start()
    await world.memory.monitors.remove(world.organization.id, gone.id)
    await world.memory.monitors.change(world.organization.id, stopped.id, (monitor) => ({
      ...monitor,
      enabled: false,
      nextRunAt: null,
    }))
    await world.clock.advance(DAY_MS)
    expect(world.started).toEqual([])
    await scheduler.stop()
  })

  it('hears of a monitor whose slot comes before all others', async () => {
    const world = await createWorld()
    const scheduler = world.make()
    scheduler.start()
    await world.clock.advance(SECOND_MS)
    const monitor = await world.add({ nextRunAt: world.clock.now() + 2 * SECOND_MS })
    scheduler.wake()
    await world.clock.advance(3 * SECOND_MS)
    expect(world.started).toMatchObject([{ monitorId: monitor.id, at: monitor.nextRunAt }])
    await scheduler.stop()
  })

  it('has no more than so many runs under way, and starts the next as one ends', async () => {
    const world = await createWorld()
    // Of several organizations: one alone may not have as many.
    const tenants = [{}, await world.tenant('second'), await world.tenant('third')]
    for (let count = 0; count < LIMITS.monitorRunsMax + 20; count += 1)
      await world.add({ schedule: 'weekly', nextRunAt: START_MS, ...tenants[count % 3] })
    const scheduler = world.make()
    scheduler.start()
    await world.clock.advance(MINUTE_MS)
    // A few places are left for whoever comes next.
    const most = world.started.length
    expect(most).toBeGreaterThan(0.9 * LIMITS.monitorRunsMax)
    expect(most).toBeLessThan(LIMITS.monitorRunsMax)
    for (const { run } of world.started.slice(0, 5)) await world.end(run)
    await world.clock.advance(2 * SECOND_MS)
    expect(world.started).toHaveLength(most + 5)
    await world.endAll()
    await world.clock.advance(2 * SECOND_MS)
    expect(world.started).toHaveLength(LIMITS.monitorRunsMax + 20)
    expect(new Set(world.started.map(({ monitorId }) => monitorId)).size).toBe(world.started.length)
    await scheduler.stop()
  })

  it('leaves places for others, however many monitors of one organization are due', async () => {
    const world = await createWorld()
    const theirs = await world.tenant('other')
    for (let count = 0; count < 3 * LIMITS.monitorRunsMax; count += 1)
      await world.add({ schedule: 'weekly', nextRunAt: START_MS })
    const last = await world.add({ schedule: 'weekly', nextRunAt: START_MS + 1, ...theirs })
    const scheduler = world.make()
    scheduler.start()
    await world.clock.advance(SECOND_MS)
    const ofOne = (4 / 5) * LIMITS.monitorRunsMax
    expect(world.started).toHaveLength(ofOne + 1)
    expect(world.started.at(-1)?.monitorId).toBe(last.id)
    // Its part is less now that another has one under way.
    for (const { run } of world.started.slice(0, 2)) await world.end(run)
    await world.clock.advance(2 * SECOND_MS)
    expect(world.started).toHaveLength(ofOne + 2)
    await scheduler.stop()
  })

  it('tells the owner of a schedule that cannot be planned any more', async () => {
    const world = await createWorld()
    const monitor = await world.add({ timeZone: 'Europe/Nowhere', schedule: 'daily', nextRunAt: START_MS })
    const scheduler = world.make()
    scheduler.start()
    await world.clock.advance(SECOND_MS)
    expect(await world.now(monitor)).toMatchObject({
      nextRunAt: null,
      lastError: expect.stringContaining('names no time'),
    })
    expect(world.errors).toHaveLength(1)
    await scheduler.stop()
  })

  it('tries again, waiting longer each time, while the server has no room', async () => {
    const world = await createWorld()
    const monitor = await world.add({ schedule: 'weekly', nextRunAt: START_MS })
    for (let times = 0; times < 4; times += 1) world.refusals.push(new Problem('overloaded', 'full'))
    const scheduler = world.make()
    scheduler.start()
    await world.clock.advance(14 * SECOND_MS)
    expect([world.started.length, (await world.now(monitor)).nextRunAt]).toEqual([0, START_MS])
    await world.clock.advance(SECOND_MS)
    expect(world.started).toMatchObject([{ monitorId: monitor.id, at: START_MS + 15 * SECOND_MS }])
    expect(world.errors).toEqual([])
    await scheduler.stop()
  })

  it('lets the slot of a monitor pass that cannot be run, and goes on with the others', async () => {
    const world = await createWorld()
    const broken = await world.add({ schedule: 'weekly', nextRunAt: START_MS })
    const other = await world.add({ schedule: 'weekly', nextRunAt: START_MS + 1 })
    world.refusals.push(new Problem('url_not_allowed', 'The URL is not allowed any more.'))
    const scheduler = world.make()
    scheduler.start()
    await world.clock.advance(SECOND_MS)
    expect(world.started.map(({ monitorId }) => monitorId)).toEqual([other.id])
    expect((await world.now(broken)).nextRunAt).toBeGreaterThan(world.clock.now())
    expect(world.errors).toMatchObject([{ code: 'url_not_allowed' }])
    expect((await world.now(broken)).lastError).toBe('The URL is not allowed any more.')
    expect((await world.now(other)).lastError).toBeNull()
    await scheduler.stop()
  })

  it('makes one run of a slot whose taking could not be stored', async () => {
    let failures = 2
    const world = await createWorld({
      wrap: (store) => ({
        ...store,
        monitors: {
          ...store.monitors,
          advance(...request) {
            failures -= 1
            if (failures >= 0) return Promise.reject(new Problem('store_unavailable', 'The disk is away.'))
            return store.monitors.advance(...request)
          },
        },
      }),
    })
    const monitor = await world.add({ schedule: 'weekly', nextRunAt: START_MS })
    const scheduler = world.make()
    scheduler.start()
    await world.clock.advance(10 * SECOND_MS)
    expect(failures).toBeLessThan(0)
    expect(world.started).toHaveLength(1)
    expect((await world.now(monitor)).lastRunId).toBe(world.started[0]!.run.id)
    await scheduler.stop()
  })

  it('makes one run of a slot that another server is at too', async () => {
    const world = await createWorld()
    const monitor = await world.add({ schedule: 'weekly', nextRunAt: START_MS })
    const schedulers = [world.make(), world.make()]
    for (const scheduler of schedulers) scheduler.start()
    await world.clock.advance(MINUTE_MS)
    expect(world.started.map(({ monitorId }) => monitorId)).toEqual([monitor.id])
    for (const scheduler of schedulers) await scheduler.stop()
  })

  it('notices within a minute that the wall clock was set forward', async () => {
    const world = await createWorld()
    const monitor = await world.add()
    const scheduler = world.make()
    scheduler.start()
    await world.clock.advance(SECOND_MS)
    world.clock.step(HOUR_MS)
    await world.clock.advance(LIMITS.monitorLookMsMax)
    expect(world.started.map(({ monitorId }) => monitorId)).toEqual([monitor.id])
    await scheduler.stop()
  })

  it('goes on after a failure of the store', async () => {
    let failures = 1
    const world = await createWorld({
      wrap: (store) => ({
        ...store,
        monitors: {
          ...store.monitors,
          due(...request) {
            failures -= 1
            return failures >= 0 ? Promise.reject(new Error('torn')) : store.monitors.due(...request)
          },
        },
      }),
    })
    await world.add({ schedule: 'weekly', nextRunAt: START_MS })
    const scheduler = world.make()
    scheduler.start()
    await world.clock.advance(2 * SECOND_MS)
    expect([world.started.length, world.errors.length]).toEqual([1, 1])
    await scheduler.stop()
  })

  it('starts nothing once it was stopped, however often', async () => {
    const world = await createWorld()
    const scheduler = world.make()
    scheduler.wake()
    scheduler.start()
    await world.clock.advance(SECOND_MS)
    await scheduler.stop()
    await scheduler.stop()
    await world.add({ schedule: 'weekly', nextRunAt: START_MS })
    scheduler.wake()
    await world.clock.advance(DAY_MS)
    expect(world.started).toEqual([])
  })
})
