import { describe, expect, test } from 'vitest'
import type { Run } from '../../core/run.ts'
import type { Subject } from './world.ts'

export const describeRuns: Subject = (the) => {
  describe('runs', () => {
    test('come back as they were stored, and are replaced whole', async () => {
      const { acceptUnit, run, store, organization, clock } = the()
      const pending = run({
        submission: {
          fileName: 'ä.json',
          contentType: 'application/json',
          url: null,
          subject: 'order-1',
          metadata: { branch: 'main', nested: [1, null] },
        },
      })
      await acceptUnit({ run: pending, submission: Buffer.from('{"a":1}') })
      expect(await store.runs.get(organization.id, pending.id)).toEqual(pending)
      const ended: Run = {
        ...pending,
        status: 'FAILED',
        result: 'FAIL',
        findings: [
          {
            severity: 'error',
            code: 'required',
            message: 'no “a”',
            path: '',
            property: 'a',
            schemaType: null,
          },
          { severity: 'info', code: 'note', message: 'n', path: '/b', property: null, schemaType: 'Article' },
        ],
        counts: { error: 1, warning: 0, info: 1 },
        score: 72.5,
        errorCategory: 'TIMEOUT',
        startedAt: clock.now,
        endedAt: clock.now + 7,
        durationMs: 6.75,
      }
      await acceptUnit({ run: ended })
      expect(await store.runs.get(organization.id, pending.id)).toEqual(ended)
      const { findings: _, ...listed } = ended
      expect((await store.runs.list(organization.id, {}, { limit: 9, before: null })).rows).toEqual([listed])
      expect(await store.runs.get(organization.id, 'nonsense')).toBeNull()
    })

    test('end once: a second end writes nothing, and tells nothing', async () => {
      const { acceptUnit, run, event, claim, store, organization } = the()
      const pending = run()
      await acceptUnit({ run: pending, submission: Buffer.from('{}') })
      const ended: Run = { ...pending, status: 'SUCCEEDED', result: 'PASS', endedAt: 7 }
      const said = event({ runId: pending.id })
      expect(await acceptUnit({ run: ended, events: [said] })).toMatchObject({ outcome: 'accepted' })
      const again = { run: { ...ended, endedAt: 8 }, events: [event({ runId: pending.id })], claim: claim() }
      for (const unit of [again, again]) {
        expect(await acceptUnit(unit)).toEqual({ outcome: 'replayed', resourceId: pending.id })
      }
      expect(await store.runs.get(organization.id, pending.id)).toEqual(ended)
      expect(await store.runs.eventIds(organization.id, pending.id)).toEqual([said.id])
    })

    test('that had not ended come back with what they judge, oldest first', async () => {
      const { acceptUnit, run, store } = the()
      const content = Buffer.from([0, 1, 2, 255])
      const [first, second, ended, third] = [run(), run({ status: 'RUNNING' }), run(), run()]
      await acceptUnit({ run: third, submission: null })
      await acceptUnit({ run: second, submission: Buffer.from('b') })
      await acceptUnit({ run: first, submission: content })
      await acceptUnit({ run: ended, submission: Buffer.from('d') })
      await acceptUnit({ run: { ...ended, status: 'CANCELED', result: 'CANCELED', endedAt: 1 } })
      const left = await store.runs.unfinished(10)
      expect(left.map((item) => item.run)).toEqual([first, second, third])
      expect(left[0]?.submission).toEqual({ ...first.submission, content })
      expect(left[2]?.submission.content).toBeNull()
      expect(await store.runs.unfinished(2)).toHaveLength(2)
    })

    test('what a run judges is read when it is new, and not again', async () => {
      const { acceptUnit, run, store } = the()
      const pending = run()
      await acceptUnit({ run: pending, submission: Buffer.from('first') })
      await acceptUnit({ run: { ...pending, status: 'RUNNING' }, submission: Buffer.from('second') })
      const [left] = await store.runs.unfinished(1)
      expect(left?.submission.content?.toString()).toBe('first')
    })

    test('end also after their workflow was removed', async () => {
      const { acceptUnit, run, store, organization, workflow, clock } = the()
      const pending = run()
      await acceptUnit({ run: pending })
      await store.workflows.remove(organization.id, workflow.id, clock.now)
      const ended: Run = { ...pending, status: 'SUCCEEDED', result: 'PASS', endedAt: clock.now }
      expect(await acceptUnit({ run: ended })).toMatchObject({ outcome: 'accepted' })
      expect(await store.runs.get(organization.id, pending.id)).toEqual(ended)
    })

    test('are told apart by workflow and by result', async () => {
      const { acceptUnit, run, store, organization, workflow } = the()
      const created = await store.workflows.create({ ...workflow, slug: 'second' }, null)
      if (created.outcome !== 'created') throw new Error('not created')
      const other = created.row.id
      const runs = [
        run({ result: 'PASS' }),
        run({ result: 'FAIL' }),
        run({ workflowId: other, result: 'PASS' }),
        run({ workflowId: other, result: 'FAIL' }),
        run({ workflowId: other, result: 'PASS' }),
      ]
      for (const one of runs) await acceptUnit({ run: one })
      const list = async (filter: { workflowId?: number; result?: Run['result'] }) => {
        const first = await store.runs.list(organization.id, filter, { limit: 1, before: null })
        const rest = await store.runs.list(organization.id, filter, { limit: 9, before: first.next })
        return [...first.rows, ...rest.rows].map((row) => runs.findIndex(({ id }) => id === row.id))
      }
      expect(await list({})).toEqual([4, 3, 2, 1, 0])
      expect(await list({ workflowId: other })).toEqual([4, 3, 2])
      expect(await list({ result: 'PASS' })).toEqual([4, 2, 0])
      expect(await list({ workflowId: other, result: 'PASS' })).toEqual([4, 2])
    })

    test('name the events they made, oldest first', async () => {
      const { acceptUnit, run, event, accept, store, organization, ids } = the()
      const made = run()
      const events = [event({ runId: made.id }), event({ runId: made.id })]
      await acceptUnit({ run: made, events: [events[1]!, events[0]!] })
      await accept([event()])
      expect(await store.runs.eventIds(organization.id, made.id)).toEqual(events.map(({ id }) => id))
      expect(await store.runs.eventIds(organization.id, ids.uuid())).toEqual([])
    })

    describe('the run before', () => {
      const seen = [
        {
          type: 'Article',
          properties: [{ name: 'headline', importance: 'required' as const, kinds: ['text'] }],
        },
      ]
      const verdict = {
        status: 'SUCCEEDED',
        result: 'PASS',
        subject: 'https://example.com/',
        score: 88,
        seen,
      } as const

      async function ended(endedAt: number, changes: Partial<Run> = {}): Promise<Run> {
        const { acceptUnit, run } = the()
        const made = run({ ...verdict, seen: [...seen], endedAt, ...changes })
        await acceptUnit({ run: made })
        return made
      }

      async function before(run: Run, having: 'score' | 'seen' = 'score'): Promise<string | null> {
        const { subject, endedAt } = run
        if (subject === null || endedAt === null) throw new Error('Nothing to compare')
        return (await the().store.runs.previous({ run: { ...run, subject, endedAt }, having }))?.id ?? null
      }

      test('is the last that ended before, whichever was made first', async () => {
        const late = await ended(20)
        const early = await ended(10)
        const now = await ended(30)
        expect(await before(now)).toBe(late.id)
        expect(await before(late)).toBe(early.id)
        expect(await before(early)).toBeNull()
        const { run } = { run: { ...now, subject: 'https://example.com/', endedAt: 30 } }
        expect(await the().store.runs.previous({ run, having: 'seen' })).toEqual({
          id: late.id,
          endedAt: 20,
          score: 88,
          seen,
        })
      })

      test('has the same subject and settings, a verdict about the data, and what is asked for', async () => {
        const kept = await ended(10)
        await ended(20, { subject: 'https://example.com/other' })
        await ended(20, { settings: 'settings-2' })
        await ended(20, { result: 'ERROR', status: 'FAILED' })
        await ended(20, { result: 'TIMED_OUT', status: 'TIMED_OUT' })
        const unscored = await ended(21, { score: null, result: 'FAIL', status: 'FAILED' })
        const unseen = await ended(22, { seen: null })
        const now = await ended(30)
        expect(await before(now, 'score')).toBe(unseen.id)
        expect(await before(now, 'seen')).toBe(unscored.id)
        expect(await before({ ...now, endedAt: 20 }, 'score')).toBe(kept.id)
      })
    })
  })
}
