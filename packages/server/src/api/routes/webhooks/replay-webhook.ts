import { z } from 'zod'
import { fieldProblem } from '../../../core/errors.ts'
import { LIMITS } from '../../../core/limits.ts'
import { REPLAY_STATES, type ReplayState } from '../../../store/replay.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { idParams, instantOf, timeField } from '../fields.ts'

/** What did not arrive. Sending again what did is asked for by name. */
const STATES_DEFAULT: readonly ReplayState[] = ['exhausted', 'cancelled', 'never']

const body = z
  .strictObject({
    since: timeField.describe('Events accepted from this time on.'),
    until: timeField.optional().describe('Events accepted before this time; now, when you leave it out.'),
    states: z
      .array(z.enum(REPLAY_STATES))
      .min(1)
      .max(REPLAY_STATES.length)
      .default([...STATES_DEFAULT])
      .describe(
        'Deliveries in these states; `never` stands for events that were never owed to the webhook, because it did not exist or was set otherwise. Default: what did not arrive.',
      ),
    types: z
      .array(z.string().max(200))
      .min(1)
      .max(LIMITS.webhookEventsMax)
      .optional()
      .describe('Event types; those of the webhook, when you leave it out.'),
    dry_run: z.boolean().default(false).describe('Only count.'),
  })
  .meta({
    id: 'Replay',
    examples: [{ since: '2025-03-22T14:00:00Z', states: ['exhausted'], dry_run: true }],
  })

const replayedSchema = z
  .object({
    matched: z.int().describe('What there is to send.'),
    queued: z
      .int()
      .describe(
        'What was queued; 0 of a dry run. Less than `matched` when some of it was sent meanwhile, or the webhook was stopped.',
      ),
  })
  .describe('How many.')

export function replayWebhook({ store, services, clock }: Pick<ApiContext, 'store' | 'services' | 'clock'>) {
  return operation({
    id: 'replayWebhook',
    method: 'POST',
    path: '/api/v1/webhooks/:id/replay',
    tag: 'webhooks',
    summary: 'Send past events again',
    description:
      'Each keeps its `webhook-id`. What was given up begins its retry schedule anew; what was delivered is sent once more. ' +
      'Events that the webhook was never owed are matched by its events, scope and filter of now.',
    access: ['write'],
    feature: ['webhooks', 'channels'],
    params: idParams,
    body,
    answers: { 200: replayedSchema },
    problems: ['webhook_stopped', 'overloaded', 'shutting_down'],
    async handle({ caller: { organization }, params, body: wanted }) {
      const webhook = await store.webhooks.get(organization.id, params.id)
      if (webhook === null) throw notFound()
      const since = instantOf('since', wanted.since)
      const until = wanted.until === undefined ? clock.now() : instantOf('until', wanted.until)
      if (since >= until) throw fieldProblem('invalid_request', 'since', 'Must lie before `until`.')
      const { states, types = null, dry_run: dryRun } = wanted
      const counts = await services.webhooks.replay(webhook, { since, until, states, types, dryRun })
      return { status: 200, body: counts }
    },
  })
}
