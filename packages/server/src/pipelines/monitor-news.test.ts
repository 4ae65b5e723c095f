import { describe, expect, it } from 'vitest'
import { createSeededRandom, createVirtualClock, START_MS } from '../../test/support/virtual-clock.ts'
import { sampleRun } from '../../test/support/samples.ts'
import { Problem } from '../core/errors.ts'
import { createIds } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import { untriedMonitor, type Monitor } from '../core/monitor.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/time.ts'
import { statusOf, type Run } from '../core/run.ts'
import { plainDecisions } from '../store/conformance/decisions.ts'
import { createMemoryStore } from '../store/memory/index.ts'
import type { AcceptUnit } from '../store/work.ts'
import { createMonitorNews } from './monitor-news.ts'

/** Monitors whose runs end as the test says, over virtual time and a memory store. */
async function createWorld(count = 1) {
  const clock = createVirtualClock()
  const ids = createIds(clock, createSeededRandom(1))
  const store = createMemoryStore({ now: () => clock.now(), makeDeliveryId: () => ids.make('dlv') })
  const { id: organizationId } = await store.organizations.create(
    { slug: 'acme', name: 'Acme', tier: 'enterprise', createdAt: START_MS },
    ids.make('proj'),
  )
  const { id: projectId } = await store.projects.default(organizationId)
  const times = { createdAt: START_MS, updatedAt: START_MS }
  const fields = {
    organizationId,
    projectId,
    slug: 'pages',
    name: 'Pages',
    steps: [],
    scoreThreshold: 5,
    ...times,
  }
  await store.workflows.create(fields, null)
  const workflow = (await store.workflows.find(organizationId, 'pages'))!
  const errors: unknown[] = []
  /** What accepting throws next. */
  const refusals: Error[] = []

  async function commit(unit: AcceptUnit) {
    const batch = { accepts: [unit], results: [], claims: [], releases: [], now: clock.now() }
    const [outcome] = (await store.work.commit(batch, plainDecisions)).accepts
    if (outcome === undefined) throw new Error('nothing was answered')
    if (outcome.outcome === 'refused') throw outcome.error
    return outcome
  }

  const make = () =>
    createMonitorNews({
      store,
      async accept(unit) {
        const refusal = refusals.shift()
        if (refusal !== undefined) throw refusal
        return commit(unit)
      },
      clock,
      ids,
      baseUrl: () => 'https://sealpost.example.com/',
      onError: (error) => errors.push(error),
    })
  const news = make()
  news.start()

  const monitors: Monitor[] = []
  for (let index = 0; index < count; index += 1) {
    const id = ids.make('mon')
    const monitor: Monitor = {
      id,
      organizationId,
      projectId,
      workflowId: workflow.id,
      name: `Page ${index}`,
      url: `https://example.com/${index}`,
      schedule: 'hourly',
      timeZone: 'UTC',
      enabled: true,
      nextRunAt: START_MS + HOUR_MS,
      lastRunId: null,
      ...untriedMonitor(),
      ...times,
    }
    await store.monitors.create(monitor, () => undefined, null)
    monitors.push(monitor)
  }
  const [monitor] = monitors

  return {
    clock,
    store,
    news,
    make,
    monitors,
    monitor: monitor!,
    errors,
    refusals,
    end: async ({ id, url }: Monitor, result: Run['result']): Promise<void> => {
      const run: Run = {
        ...sampleRun(),
        id: ids.uuid(),
        organizationId,
        workflowId: workflow.id,
        projectId,
        monitorId: id,
        submission: { ...sampleRun().submission, url },
      }
      const ended = { ...run, status: statusOf(result), result, endedAt: clock.now() }
      await commit({
        claim: null,
        run: { ...run, status: 'RUNNING', endedAt: null },
        submission: null,
        events: [],
        target: null,
      })
      await commit({ claim: null, run: ended, submission: null, events: [], target: null })
      news.dueAt(clock.now())
      await clock.advance(0)
    },
    told: async () => {
      const { rows } = await store.events.list(organizationId, {}, { limit: 1_000, before: null })
      return rows.reverse().map(({ type, createdAt, key }) => ({
        type: type.slice('monitor.'.length),
        at: createdAt - START_MS,
        key,
      }))
    },
  }
}

const typesOf = (told: { type: string }[]) => told.map(({ type }) => type)

describe('what is told of a watched page', () => {
  it('is that it cannot be judged, at once and once, and that it can again', async () => {
    const { clock, monitor, end, told } = await createWorld()
    await end(monitor, 'PASS')
    for (let runs = 0; runs < 5; runs += 1) {
      await end(monitor, 'ERROR')
      await clock.advance(HOUR_MS)
    }
    await end(monitor, 'FAIL')
    await clock.advance(HOUR_MS)
    expect(await told()).toEqual([
      { type: 'failing', at: 0, key: monitor.url },
      { type: 'recovered', at: 5 * HOUR_MS, key: monitor.url },
    ])
  })

  it('is one event in a window, which grows while the page flaps; and in the end what is so', async () => {
    const { clock, store, monitor, end, told } = await createWorld()
    for (let turns = 0; turns < 200; turns += 1) {
      await end(monitor, turns % 2 === 0 ? 'ERROR' : 'PASS')
      await clock.advance(MINUTE_MS)
    }
    await end(monitor, 'ERROR')
    await clock.advance(3 * HOUR_MS)
    const all = await told()
    expect(all.length).toBeLessThanOrEqual(8)
    expect(all.at(-1)?.type).toBe('failing')
    // Never the same twice in a row: what is told as recovered was told as failing.
    expect(typesOf(all)).toEqual(all.map((_one, index) => (index % 2 === 0 ? 'failing' : 'recovered')))
    const waits = all.slice(1).map(({ at }, index) => at - (all[index]?.at ?? 0))
    for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(LIMITS.tellingWindowMsMin)
    expect(await store.monitors.nextTellAt()).toBeNull()
  })

  it('is nothing when it recovered before anybody was told', async () => {
    const { clock, monitor, end, told } = await createWorld()
    await end(monitor, 'ERROR')
    await end(monitor, 'PASS')
    await end(monitor, 'ERROR')
    await clock.advance(HOUR_MS)
    expect(typesOf(await told())).toEqual(['failing'])
  })

  it('is bounded for an organization whose whole site is down, and told in the hours that follow', async () => {
    const { clock, monitors, end, told } = await createWorld(100)
    for (const monitor of monitors) await end(monitor, 'ERROR')
    await clock.advance(MINUTE_MS)
    expect(await told()).toHaveLength(LIMITS.tellingsPerHourMax)
    await clock.advance(HOUR_MS)
    expect(new Set((await told()).map(({ key }) => key)).size).toBe(100)
  })

  it('outlives a restart', async () => {
    const { clock, news, make, monitor, end, told } = await createWorld()
    await end(monitor, 'ERROR')
    await end(monitor, 'PASS')
    await news.stop()
    await clock.advance(HOUR_MS)
    expect(typesOf(await told())).toEqual(['failing'])
    make().start()
    await clock.advance(0)
    expect(typesOf(await told())).toEqual(['failing', 'recovered'])
  })
})

describe('a monitor that cannot be told of', () => {
  it('is tried again soon when the server cannot take it', async () => {
    const { clock, monitor, end, told, refusals, errors } = await createWorld()
    refusals.push(new Problem('overloaded', 'Too much.'))
    await end(monitor, 'ERROR')
    await clock.advance(2 * SECOND_MS)
    expect([typesOf(await told()), errors.length]).toEqual([['failing'], 1])
  })

  it('does not stand before the others', async () => {
    const { clock, monitors, end, told, refusals, errors } = await createWorld(2)
    const [first, second] = monitors
    refusals.push(new Error('A fault of the program.'))
    await end(first!, 'ERROR')
    await end(second!, 'ERROR')
    await clock.advance(MINUTE_MS)
    expect([(await told()).map(({ key }) => key), errors.length]).toEqual([[second!.url], 1])
    await clock.advance(LIMITS.faultWaitMs)
    expect((await told()).map(({ key }) => key)).toEqual([second!.url, first!.url])
  })
})
