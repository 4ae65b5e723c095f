import { z } from 'zod'
import { Problem } from '../../../core/errors.ts'
import type { ApiContext } from '../../context.ts'
import { ANY_QUERY, operation } from '../../operation.ts'

export function readiness({ store, state }: Pick<ApiContext, 'store' | 'state'>) {
  return operation({
    id: 'readiness',
    method: 'GET',
    path: '/readyz',
    tag: 'operations',
    summary: 'Can the server take work?',
    description:
      'Send it no more requests while this answers 503: it is stopping, or its store is out of reach.',
    access: [],
    query: ANY_QUERY,
    answers: { 200: z.object({ status: z.literal('ready') }).describe('It can.') },
    problems: ['shutting_down', 'store_unavailable', 'store_full'],
    async handle() {
      if (state.draining) throw new Problem('shutting_down', 'The server is stopping.')
      try {
        await store.check()
      } catch (cause) {
        if (cause instanceof Problem) throw cause
        throw new Problem('store_unavailable', 'The store does not answer.', [], { cause })
      }
      return { status: 200, body: { status: 'ready' as const } }
    },
  })
}
