import { z } from 'zod'
import { ANY_QUERY, operation } from '../../operation.ts'

export function health() {
  return operation({
    id: 'health',
    method: 'GET',
    path: '/healthz',
    tag: 'operations',
    summary: 'Is the process alive?',
    description: 'Does not check the store. Restart the process when this does not answer.',
    access: [],
    query: ANY_QUERY,
    answers: { 200: z.object({ status: z.literal('ok') }).describe('It is.') },
    async handle() {
      return { status: 200, body: { status: 'ok' as const } }
    },
  })
}
