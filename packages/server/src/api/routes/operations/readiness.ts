import { z } from 'zod'
import { Problem } from '../../../core/errors.ts'
import { isoTime } from '../../../core/time.ts'
import type { ApiContext } from '../../context.ts'
import { ANY_QUERY, operation } from '../../operation.ts'

const readySchema = z
  .object({
    status: z.literal('ready'),
    warnings: z
      .array(z.object({ code: z.string(), message: z.string(), since: z.string() }))
      .describe(
        'Faults of the server itself that keep it from sending deliveries now. The deliveries wait; no webhook is blamed.',
      ),
  })
  .describe('It can.')

export function readiness({ store, state }: Pick<ApiContext, 'store' | 'state'>) {
  return operation({
    id: 'readiness',
    method: 'GET',
    path: '/readyz',
    tag: 'operations',
    summary: 'Can the server take work?',
    description:
      'Send the server no more requests while this answers 503: it is stopping, or it cannot reach its store. It stays 200 ' +
      'when a fault of the machine only keeps deliveries from being sent: events are still accepted, and other nodes may have ' +
      'the same fault. `warnings` names such faults.',
    access: [],
    query: ANY_QUERY,
    answers: { 200: readySchema },
    problems: ['shutting_down', 'store_unavailable', 'store_full'],
    async handle() {
      if (state.draining) throw new Problem('shutting_down', 'The server is stopping.')
      try {
        await store.check()
      } catch (cause) {
        if (cause instanceof Problem) throw cause
        throw new Problem('store_unavailable', 'The store does not answer.', [], { cause })
      }
      const warnings = state.warnings().map((warning) => ({ ...warning, since: isoTime(warning.since) }))
      return { status: 200, body: { status: 'ready' as const, warnings } }
    },
  })
}
