import { describe, expect, it } from 'vitest'
import { createRunWorld, DOCUMENT, PASS, type RunWorldOptions } from '../../test/support/run-world.ts'
import type { AlertRule } from '../core/alert.ts'
import { pageSubmission, type Submission } from '../core/run.ts'
import { DAY_MS, MINUTE_MS } from '../core/time.ts'
import type { Workflow } from '../core/workflow.ts'

const PAGE = pageSubmission('https://example.com/')

async function world(options: RunWorldOptions = {}) {
  const judge = async () => ({ ...PASS, score: 10 })
  const made = await createRunWorld({ judge, threads: 10, ...options })
  const { organization, workflow } = await made.tenant('acme')
  const runs = made.make()
  const submit = (submission: Submission, by: Workflow = workflow) => {
    const document = submission.url === null ? submission : { ...DOCUMENT, url: submission.url }
    return runs.submit({ organization, workflow: by, submission: document, waitMs: 0, idempotency: null })
  }
  return {
    ...made,
    organization,
    workflow,
    runs,
    submit,
    addRule: async (changes: Partial<AlertRule> = {}): Promise<AlertRule> => {
      const rule: AlertRule = {
        id: made.ids.make('rule'),
        organizationId: organization.id,
        name: 'Low',
        enabled: true,
        scope: { type: 'all' },
        condition: { type: 'score_threshold', operator: 'lt', value: 75 },
        severity: 'warning',
        notifyVia: ['webhook'],
        recipients: [],
        cooldownSeconds: 3_600,
        createdAt: made.clock.now(),
        updatedAt: made.clock.now(),
        ...changes,
      }
      await made.store.alertRules.create(rule, () => undefined, null)
      return rule
    },
    alerts: async () =>
      (await made.store.alerts.list(organization.id, {}, { limit: 100, before: null })).rows,
  }
}

describe('a rule that cools down', () => {
  it('speaks once of a subject that two workflows judge at the same moment', async () => {
    const { organization, workflow, workflowOf, submit, addRule, alerts, clock } = await world()
    await addRule()
    const other = await workflowOf(organization, 'other')
    await Promise.all([submit(PAGE, workflow), submit(PAGE, other)])
    await clock.settle()
    expect(await alerts()).toHaveLength(1)
  })

  it('speaks once of runs that end together and name no subject', async () => {
    const { submit, addRule, alerts, clock } = await world()
    await addRule()
    await Promise.all(Array.from({ length: 5 }, () => submit(DOCUMENT)))
    await clock.settle()
    expect(await alerts()).toHaveLength(1)
  })

  it('counts from when we heard of a run, however long ago it ended', async () => {
    const { runs, organization, workflow, addRule, alerts, clock } = await world()
    await addRule()
    const report = (endedAt: number) =>
      runs.report({
        organization,
        workflow,
        idempotency: null,
        report: {
          submission: { ...PAGE, subject: null },
          verdict: { ...PASS, score: 10 },
          startedAt: endedAt,
          endedAt,
        },
      })
    await report(clock.now() - 60 * DAY_MS)
    expect((await alerts()).map(({ createdAt }) => createdAt)).toEqual([clock.now()])
    await report(clock.now() - 50 * DAY_MS)
    expect(await alerts()).toHaveLength(1)
    await clock.advance(61 * MINUTE_MS)
    await report(clock.now() - 55 * DAY_MS)
    expect(await alerts()).toHaveLength(2)
  })
})

describe('many expressions', () => {
  it('are judged a few at a time, so that others have their turn', async () => {
    const asked: number[] = []
    const { submit, addRule, alerts, clock } = await world({
      async judgeExpressions(_event, expressions) {
        asked.push(expressions.length)
        return new Map(expressions.map((expression) => [expression, expression.endsWith('3')]))
      },
    })
    for (let value = 1; value <= 25; value += 1) {
      await addRule({ condition: { type: 'cel', expression: `data.score < ${value}` } })
    }
    await submit(PAGE)
    await clock.settle()
    expect(asked).toEqual([10, 10, 5])
    expect(await alerts()).toHaveLength(3)
  })
})

describe('an expression that could not be judged', () => {
  it('is no match, and the log says so', async () => {
    const { submit, addRule, alerts, clock, failures } = await world({
      judgeExpressions: async () => new Map(),
    })
    await addRule({ condition: { type: 'cel', expression: 'data.score < 5.0' } })
    await submit(PAGE)
    await clock.settle()
    expect(await alerts()).toEqual([])
    expect(String(failures[0])).toContain('data.score < 5.0')
  })
})
