import { z } from 'zod'
import { isEnded } from '../../../core/run.ts'
import { fieldProblem } from '../../../core/errors.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { findRun } from '../runs/fields.ts'
import { alertRuleParams } from './fields.ts'

const body = z
  .strictObject({
    run: z
      .string()
      .optional()
      .describe('The run to check. Default: the latest run that the rule applies to.'),
  })
  .default({})
  .meta({ id: 'AlertRuleTest' })

const answerSchema = z
  .object({
    matched: z.boolean(),
    message: z.string().describe('What the alert would say, or why there is none.'),
    before: z.string().nullable(),
    after: z.string().nullable(),
    run_id: z.string().nullable().describe('The run that was checked. Null when there was none.'),
  })
  .meta({ id: 'AlertRuleTestAnswer' })

export function testAlertRule({ store, services }: Pick<ApiContext, 'store' | 'services'>) {
  return operation({
    id: 'testAlertRule',
    method: 'POST',
    path: '/api/v1/alert-rules/:id/test',
    tag: 'alerts',
    summary: 'Test an alert rule',
    description:
      'Checks the rule against a run, even when the rule is disabled or in its cool-down. Nobody is notified.',
    access: ['write'],
    feature: 'alert_rules',
    params: alertRuleParams,
    body,
    answers: { 200: answerSchema },
    async handle({ caller: { organization }, params, body: { run: named } }) {
      const rule = await store.alertRules.get(organization.id, params.id)
      if (rule === null) throw notFound()
      const wanted = named === undefined ? null : await findRun(store, organization.id, named)
      if (wanted !== null && !isEnded(wanted)) {
        throw fieldProblem('invalid_request', 'run', 'This run has not ended yet.')
      }
      const { run, match } = await services.alerts.test(rule, wanted)
      const { message, before, after } = match ?? {
        message: reasonOf(run === null),
        before: null,
        after: null,
      }
      return {
        status: 200,
        body: { matched: match !== null, message, before, after, run_id: run?.id ?? null },
      }
    },
  })
}

function reasonOf(noRun: boolean): string {
  return noRun
    ? 'There is no run yet that this rule applies to. Submit one, then test again.'
    : 'The rule does not match this run.'
}
