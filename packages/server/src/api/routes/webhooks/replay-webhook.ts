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
    until: timeField.optional().describe('Events accepted before this time. Default: now.'),
    states: z
      .array(z.enum(REPLAY_STATES))
      .min(1)
      .max(REPLAY_STATES.length)
      .default([...STATES_DEFAULT])
      .describe(
        'Deliveries in these states. `never` stands for events that were never owed to the webhook, because it did not exist or had other settings. Default: what did not arrive.',
      ),
    types: z
      .array(z.string().max(200))
      .min(1)
      .max(LIMITS.webhookEventsMax)
      .optional()
      .describe('Event types. Default: those of the webhook.'),
    dry_run: z.boolean().default(false).describe('Only count.'),
  })
  .meta({
    id: 'Replay',
    examples: [{ since: '2025-03-22T14:00:00Z', states: ['exhausted'], dry_run: true }],
  })

const replayedSchema = z
  .object({
    matched: z.int().describe('How many events there are to send.'),
    queued: z
      .int()
      .describe(
        'How many were queued; 0 for a dry run. Less than `matched` when some were sent meanwhile, or the webhook was stopped.',
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
      'Each event keeps its `webhook-id`. For each event, what counts is the last delivery that this webhook had of it. One that ' +
      'has ended never changes: another delivery is made, with a retry schedule of its own (`resend_of`). One that waits for its ' +
      'retry is sent now. Events that were never owed to the webhook are matched by its present events, scope and filter.',
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
      if (since >= until) throw fieldProblem('invalid_request', 'since', 'Must be before `until`.')
      const { states, types = null, dry_run: dryRun } = wanted
      const counts = await services.webhooks.replay(webhook, { since, until, states, types, dryRun })
      return { status: 200, body: counts }
    },
  })
}
