import { describe, expect, test } from 'vitest'
import { Problem } from '../../core/errors.ts'
import { afterRun, untriedMonitor, type Monitor } from '../../core/monitor.ts'
import { statusOf, type Run } from '../../core/run.ts'
import type { Workflow } from '../../core/workflow.ts'
import { HOUR_MS } from '../../core/time.ts'
import type { MonitorFilter, Page } from '../store.ts'
import type { Subject, World } from './world.ts'

const roomForAny = (): void => undefined

function monitorOf(
  { ids, organization, workflow, clock }: World,
  changes: Partial<Monitor> = {},
): Monitor & { nextRunAt: number } {
  return {
    id: ids.make('mon'),
    organizationId: organization.id,
    projectId: workflow.projectId,
    workflowId: workflow.id,
    name: 'Home',
    url: 'https://shop.example/',
    schedule: '0 9 * * MON-FRI',
    timeZone: 'Europe/Berlin',
    enabled: true,
    lastRunId: null,
    ...untriedMonitor(),
    createdAt: clock.now,
    updatedAt: clock.now,
    ...changes,
    nextRunAt: changes.nextRunAt ?? clock.now + HOUR_MS,
  }
}

async function watch(world: World, changes: Partial<Monitor> = {}) {
  const monitor = monitorOf(world, changes)
  const created = await world.store.monitors.create(monitor, roomForAny, null)
  expect(created).toEqual({ outcome: 'created', row: monitor })
  return monitor
}

/** A workflow in a project of its own. */
async function addWorkflow({ store, ids, organization, workflow, clock }: World): Promise<Workflow> {
  const id = ids.make('proj')
  const project = {
    id,
    organizationId: organization.id,
    name: 'Shop',
    isDefault: false,
    createdAt: clock.now,
  }
  await store.projects.create(project, null)
  const created = await store.workflows.create({ ...workflow, slug: 'shop', projectId: project.id }, null)
  if (created.outcome !== 'created') throw new Error(`the workflow was ${created.outcome}`)
  return created.row
}

const MISFIT = { code: 'invalid_request', errors: [{ field: 'workflow' }] }

export const describeMonitors: Subject = (the) => {
  describe('monitors', () => {
    test('come back as they were made', async () => {
      const { store, organization, ids } = the()
      const made = await watch(the())
      const disabled = await watch(the(), { enabled: false, lastRunId: ids.uuid() })
      expect(await store.monitors.get(organization.id, made.id)).toEqual(made)
      expect(await store.monitors.get(organization.id, disabled.id)).toEqual(disabled)
      for (const unknown of [ids.make('mon'), 'mon_1', made.id.replace('mon', 'proj'), '']) {
        expect(await store.monitors.get(organization.id, unknown)).toBeNull()
      }
    })

    test('are made once by one idempotency key, and refused without room', async () => {
      const { store, organization, claim } = the()
      const counts: number[] = []
      const room = (count: number): void => {
        counts.push(count)
        if (count > 0) throw new Problem('tier_required', 'one is enough')
      }
      const first = monitorOf(the())
      const key = claim({ resourceId: first.id })
      expect(await store.monitors.create(first, room, key)).toEqual({ outcome: 'created', row: first })
      // A repeated request makes nothing, and so needs no room.
      expect(await store.monitors.create(monitorOf(the()), room, key)).toMatchObject({
        outcome: 'replayed',
        resourceId: first.id,
      })
      const refused = store.monitors.create(monitorOf(the()), room, null)
      await expect(refused).rejects.toMatchObject({ code: 'tier_required' })
      expect(counts).toEqual([0, 1])
      const { rows } = await store.monitors.list(organization.id, {}, { limit: 9, before: null })
      expect(rows).toEqual([first])
    })

    test('need a workflow that is there, in their project', async () => {
      const { store, organization, workflow, addTenant, ids, clock } = the()
      const theirs = (await addTenant('stranger')).workflow
      const shop = await addWorkflow(the())
      const made = await watch(the())
      for (const changes of [
        { workflowId: 999 },
        { workflowId: theirs.id, projectId: theirs.projectId },
        { projectId: shop.projectId },
        { projectId: ids.make('proj') },
      ]) {
        await expect(
          store.monitors.create(monitorOf(the(), changes), roomForAny, null),
        ).rejects.toMatchObject(MISFIT)
        const change = store.monitors.change(organization.id, made.id, (monitor) => ({
          ...monitor,
          ...changes,
        }))
        await expect(change).rejects.toMatchObject(MISFIT)
      }
      await store.workflows.remove(organization.id, shop.id, clock.now)
      const late = { workflowId: shop.id, projectId: shop.projectId }
      await expect(store.monitors.create(monitorOf(the(), late), roomForAny, null)).rejects.toMatchObject(
        MISFIT,
      )
      const page = { limit: 9, before: null }
      expect((await store.monitors.list(organization.id, {}, page)).rows).toEqual([made])
      expect(workflow.projectId).not.toBe(shop.projectId)
    })

    test('are listed newest first, by project and workflow', async () => {
      const world = the()
      const { store, organization, workflow, ids } = world
      const shop = await addWorkflow(world)
      const inShop = { workflowId: shop.id, projectId: shop.projectId }
      const all = [
        await watch(world),
        await watch(world, inShop),
        await watch(world),
        await watch(world, inShop),
      ]
      const newest = all.map(({ id }) => id).reverse()
      const [shops, others] = [newest.filter((_id, index) => index % 2 === 0), [newest[1], newest[3]]]
      const cases: [MonitorFilter, unknown[]][] = [
        [{}, newest],
        [{ projectId: shop.projectId }, shops],
        [{ workflowId: workflow.id }, others],
        [{ workflowId: shop.id, projectId: shop.projectId }, shops],
        [{ workflowId: shop.id, projectId: workflow.projectId }, []],
        [{ projectId: ids.make('proj') }, []],
        [{ projectId: 'proj_none' }, []],
      ]
      for (const [filter, expected] of cases) {
        for (const limit of [1, 2, 4, 5]) {
          const found: string[] = []
          let before: string | null = null
          do {
            const page: Page<Monitor> = await store.monitors.list(organization.id, filter, { limit, before })
            expect(page.rows.length).toBeLessThanOrEqual(limit)
            found.push(...page.rows.map(({ id }) => id))
            before = page.next
          } while (before !== null)
          expect(found).toEqual(expected)
        }
      }
    })

    test('are changed by what is decided about them as they are', async () => {
      const { store, organization, clock, ids } = the()
      const shop = await addWorkflow(the())
      const made = await watch(the())
      const changes = {
        name: 'Shop',
        url: 'https://shop.example/p/1',
        workflowId: shop.id,
        projectId: shop.projectId,
        schedule: 'hourly',
        timeZone: 'UTC',
        enabled: false,
        nextRunAt: null,
        lastRunId: ids.uuid(),
        health: 'failing' as const,
        failureCount: 2,
        failingSince: clock.now - 5,
        lastError: 'It is gone.',
        telling: {
          state: 'failing' as const,
          windowMs: 600,
          windowEndsAt: clock.now + 9,
          dueAt: clock.now + 10,
          unprompted: 0,
        },
        updatedAt: clock.now + 1,
      }
      const seen: Monitor[] = []
      const changed = await store.monitors.change(organization.id, made.id, (monitor) => {
        seen.push(monitor)
        return { ...monitor, ...changes }
      })
      expect([seen, changed]).toEqual([[made], { ...made, ...changes }])
      expect(await store.monitors.get(organization.id, made.id)).toEqual(changed)
      expect(await store.monitors.change(organization.id, ids.make('mon'), (monitor) => monitor)).toBeNull()
    })

    test('are removed, and their runs are not', async () => {
      const { store, organization, acceptUnit, run } = the()
      const last = run()
      await acceptUnit({ run: last })
      const made = await watch(the(), { lastRunId: last.id })
      expect(await store.monitors.remove(organization.id, made.id)).toBe(true)
      expect(await store.monitors.remove(organization.id, made.id)).toBe(false)
      expect(await store.monitors.remove(organization.id, 'mon_1')).toBe(false)
      expect(await store.monitors.get(organization.id, made.id)).toBeNull()
      expect(await store.monitors.earliest([])).toBeNull()
      expect(await store.runs.get(organization.id, last.id)).not.toBeNull()
    })

    test('keep their workflow and project from being removed, and move with the workflow', async () => {
      const { store, organization, clock } = the()
      const shop = await addWorkflow(the())
      const other = await watch(the())
      const made = await watch(the(), { workflowId: shop.id, projectId: shop.projectId, enabled: false })
      const inUse = { code: 'in_use' }
      await expect(store.workflows.remove(organization.id, shop.id, clock.now)).rejects.toMatchObject(inUse)
      await expect(store.projects.remove(organization.id, shop.projectId)).rejects.toMatchObject(inUse)
      await store.workflows.update({ ...shop, projectId: other.projectId })
      expect(await store.monitors.get(organization.id, made.id)).toEqual({
        ...made,
        projectId: other.projectId,
      })
      expect(await store.projects.remove(organization.id, shop.projectId)).toBe(true)
      await store.monitors.remove(organization.id, made.id)
      expect(await store.workflows.remove(organization.id, shop.id, clock.now)).toBe(true)
    })

    test('belong to one organization', async () => {
      const { store, organization, addTenant, clock } = the()
      const stranger = (await addTenant('stranger')).organization.id
      const made = await watch(the())
      expect(await store.monitors.get(stranger, made.id)).toBeNull()
      expect((await store.monitors.list(stranger, {}, { limit: 9, before: null })).rows).toEqual([])
      const filter = { projectId: made.projectId, workflowId: made.workflowId }
      expect((await store.monitors.list(stranger, filter, { limit: 9, before: null })).rows).toEqual([])
      expect(
        await store.monitors.change(stranger, made.id, (monitor) => ({ ...monitor, name: 'x' })),
      ).toBeNull()
      expect(await store.monitors.remove(stranger, made.id)).toBe(false)
      const taken = { from: made.nextRunAt, to: clock.now, runId: null, error: null, now: clock.now }
      expect(await store.monitors.advance(stranger, made.id, taken)).toBe(false)
      expect(await store.monitors.get(organization.id, made.id)).toEqual(made)
    })
  })

  describe('slots of monitors', () => {
    test('are due when their time has come, the longest due first, of all organizations', async () => {
      const { store, addTenant, clock } = the()
      const { organization, workflow } = await addTenant('other')
      const theirs = {
        organizationId: organization.id,
        projectId: workflow.projectId,
        workflowId: workflow.id,
      }
      expect(await store.monitors.earliest([])).toBeNull()
      const third = await watch(the(), { nextRunAt: clock.now + 3 })
      const first = await watch(the(), { nextRunAt: clock.now + 1, ...theirs })
      const second = await watch(the(), { nextRunAt: clock.now + 2 })
      await watch(the(), { nextRunAt: clock.now, enabled: false })
      expect(await store.monitors.earliest([])).toBe(clock.now + 1)
      expect(await store.monitors.due(clock.now, 9, [])).toEqual([])
      expect(await store.monitors.due(clock.now + 2, 9, [])).toEqual([first, second])
      expect(await store.monitors.due(clock.now + 9, 9, [])).toEqual([first, second, third])
      expect(await store.monitors.due(clock.now + 9, 1, [])).toEqual([first])
      // Those of some organizations may be passed over.
      const except = [organization.id, 999]
      expect(await store.monitors.earliest(except)).toBe(clock.now + 2)
      expect(await store.monitors.due(clock.now + 9, 1, except)).toEqual([second])
      expect(await store.monitors.due(clock.now + 9, 9, [...except, the().organization.id])).toEqual([])
    })

    test('are taken once', async () => {
      const { store, organization, ids, clock } = the()
      const made = await watch(the())
      const [run, late] = [ids.uuid(), ids.uuid()]
      const taken = {
        from: made.nextRunAt,
        to: made.nextRunAt + HOUR_MS,
        runId: run,
        error: null,
        now: clock.now,
      }
      expect(await store.monitors.advance(organization.id, made.id, taken)).toBe(true)
      const after = { ...made, nextRunAt: taken.to, lastRunId: run }
      expect(await store.monitors.get(organization.id, made.id)).toEqual(after)
      // Whoever comes second may have made a run all the same.
      expect(await store.monitors.advance(organization.id, made.id, { ...taken, runId: null })).toBe(false)
      expect(await store.monitors.get(organization.id, made.id)).toEqual(after)
      expect(await store.monitors.advance(organization.id, made.id, { ...taken, runId: late })).toBe(false)
      expect(await store.monitors.get(organization.id, made.id)).toEqual({ ...after, lastRunId: late })
      expect(await store.monitors.advance(organization.id, ids.make('mon'), taken)).toBe(false)
    })

    test('say why they started no run, until one reaches a verdict', async () => {
      const { store, organization, ids, clock } = the()
      const made = await watch(the())
      const slots = [0, 1, 2, 3].map((hours) => made.nextRunAt + hours * HOUR_MS)
      const take = (slot: number, runId: string | null, error: string | null) =>
        store.monitors.advance(organization.id, made.id, {
          from: slots[slot]!,
          to: slots[slot + 1]!,
          runId,
          error,
          now: clock.now,
        })
      const lastError = async () => (await store.monitors.get(organization.id, made.id))?.lastError
      await take(0, null, 'It is not allowed.')
      expect(await lastError()).toBe('It is not allowed.')
      // The run before has not ended, say.
      await take(1, null, null)
      expect(await lastError()).toBe('It is not allowed.')
      await take(0, null, 'Too late.')
      expect(await lastError()).toBe('It is not allowed.')
      // One that was started has said nothing yet.
      await take(2, ids.uuid(), null)
      expect(await lastError()).toBe('It is not allowed.')
    })

    test('may be the last, and are not taken of one that was disabled', async () => {
      const { store, organization, clock } = the()
      const made = await watch(the())
      const disabled = await watch(the(), { enabled: false })
      const taken = { from: made.nextRunAt, to: null, runId: null, error: null, now: clock.now }
      expect(await store.monitors.advance(organization.id, disabled.id, taken)).toBe(false)
      expect(await store.monitors.advance(organization.id, made.id, taken)).toBe(true)
      expect(await store.monitors.earliest([])).toBeNull()
      expect(await store.monitors.due(Number.MAX_SAFE_INTEGER, 9, [])).toEqual([])
    })
  })

  describe('the health of monitors', () => {
    /** A run of the monitor, begun and ended. */
    async function end(monitor: Monitor, result: Run['result'], changes: Partial<Run> = {}) {
      const { acceptUnit, run, clock } = the()
      const made = run({ monitorId: monitor.id, ...changes })
      const begun = { ...made, submission: { ...made.submission, url: monitor.url } }
      await acceptUnit({ run: begun })
      const ended = { ...begun, status: statusOf(result), result, endedAt: clock.now }
      await acceptUnit({ run: ended })
      return ended
    }

    test('follows the ends of their runs, in the same commit', async () => {
      const { store, organization, clock } = the()
      const made = await watch(the())
      const now = () => store.monitors.get(organization.id, made.id)
      const failed = await end(made, 'ERROR')
      expect(await store.runs.get(organization.id, failed.id)).toMatchObject({ monitorId: made.id })
      expect(await now()).toEqual(afterRun(made, failed, clock.now))
      expect(await store.monitors.nextTellAt()).toBe(clock.now)
      expect(await store.monitors.untold(clock.now - 1, 9)).toEqual([])
      expect(await store.monitors.untold(clock.now, 9)).toEqual([await now()])
      const passed = await end(made, 'PASS')
      expect(await now()).toEqual({ ...made, lastRunId: passed.id })
      expect(await store.monitors.nextTellAt()).toBeNull()
    })

    test('is not touched by runs of nobody, of removed monitors and of other organizations', async () => {
      const { store, organization, addTenant, ids } = the()
      const made = await watch(the())
      await end(made, 'ERROR', { monitorId: null })
      await end(made, 'ERROR', { monitorId: ids.make('mon') })
      const stranger = await addTenant('stranger')
      await end(made, 'ERROR', {
        organizationId: stranger.organization.id,
        workflowId: stranger.workflow.id,
        projectId: stranger.project.id,
      })
      expect(await store.monitors.get(organization.id, made.id)).toEqual(made)
    })

    test('turns with a slot that starts no run', async () => {
      const { store, organization, clock } = the()
      const made = await watch(the())
      const taken = { from: made.nextRunAt, to: made.nextRunAt + 1, runId: null, now: clock.now }
      await store.monitors.advance(organization.id, made.id, { ...taken, error: 'It is not allowed.' })
      expect(await store.monitors.get(organization.id, made.id)).toMatchObject({
        health: 'failing',
        failureCount: 1,
        failingSince: clock.now,
        lastError: 'It is not allowed.',
        telling: { state: 'healthy', dueAt: clock.now },
      })
    })

    test('is told in one commit with the note that it was, and only while it is so', async () => {
      const { store, organization, acceptUnit, event, clock, addWebhook } = the()
      await addWebhook()
      const made = await watch(the())
      await end(made, 'ERROR')
      const [untold] = await store.monitors.untold(clock.now, 9)
      const telling = {
        ...untold!.telling,
        state: 'failing',
        windowMs: 5,
        windowEndsAt: 9,
        dueAt: null,
      } as const
      const told = { monitor: untold!, telling }
      const news = event()
      expect(await acceptUnit({ events: [news], told })).toMatchObject({
        outcome: 'accepted',
        deliveries: [1],
      })
      expect(await store.monitors.get(organization.id, made.id)).toEqual({ ...untold, telling })
      expect(await store.monitors.nextTellAt()).toBeNull()
      // It was told before, or something happened to it since.
      const late = event()
      expect(await acceptUnit({ events: [late], told })).toEqual({ outcome: 'replayed', resourceId: made.id })
      expect(await store.events.get(organization.id, late.id)).toBeNull()
      await store.monitors.remove(organization.id, made.id)
      expect(await acceptUnit({ events: [late], told })).toMatchObject({ outcome: 'replayed' })
    })

    test('is to be told in the order in which it turned, of all organizations', async () => {
      const { store, clock } = the()
      const first = await watch(the())
      const second = await watch(the())
      await end(second, 'ERROR')
      clock.now += 5
      await end(first, 'TIMED_OUT')
      const ids = async (now: number, limit: number) =>
        (await store.monitors.untold(now, limit)).map(({ id }) => id)
      expect(await ids(clock.now, 9)).toEqual([second.id, first.id])
      expect(await ids(clock.now, 1)).toEqual([second.id])
      expect(await ids(clock.now - 1, 9)).toEqual([second.id])
      expect(await store.monitors.nextTellAt()).toBe(clock.now - 5)
    })
  })

  test('events know when the last of some types were made', async () => {
    const { store, organization, accept, event, clock, addTenant } = the()
    const times: number[] = []
    for (const type of ['a.one', 'b.two', 'c.three', 'a.one']) {
      clock.now += 10
      times.push(clock.now)
      await accept([event({ type, createdAt: clock.now })])
    }
    const [first, second, , fourth] = times
    const of = (...types: string[]) => store.events.times(organization.id, types, first! - 1, 2)
    expect(await of('a.one', 'b.two')).toEqual([second, fourth])
    expect(await of('a.one')).toEqual([first, fourth])
    expect(await store.events.times(organization.id, ['a.one'], first!, 9)).toEqual([fourth])
    const stranger = (await addTenant('stranger')).organization.id
    expect(await store.events.times(stranger, ['a.one'], 0, 9)).toEqual([])
  })
}
