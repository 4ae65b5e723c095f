import { z } from 'zod'
import { notSealpost } from './exchange.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const findingAnswer = z.looseObject({
  severity: z.string(),
  code: z.string(),
  message: z.string(),
  path: z.string(),
  property: z.string().nullable(),
  schema_type: z.string().nullable(),
  line: z.int().positive().nullish(),
  column: z.int().positive().nullish(),
})

/** A run as the API answers it, as far as it is looked at. */
const runAnswer = z.looseObject({
  // Its form matters: it goes into the files of CI systems, where a line break would begin something else.
  id: z.string().regex(UUID),
  status: z.string(),
  result: z.string(),
  workflow: z.looseObject({ slug: z.string().nullable(), name: z.string().nullable() }),
  subject: z.string().nullable(),
  submission: z.looseObject({ filename: z.string().nullable(), url: z.string().nullable() }),
  started_at: z.string().nullable(),
  duration_ms: z.number().nullable(),
  summary: z.looseObject({ error_count: z.int(), warning_count: z.int(), info_count: z.int() }),
  score: z.number().nullable(),
  error_category: z.string().nullable(),
  url: z.string(),
  findings: z.array(findingAnswer),
})

export type FindingAnswer = z.output<typeof findingAnswer>
export type RunAnswer = z.output<typeof runAnswer>

/** The answer itself, all of its fields as they came, for whoever reads the JSON. Throws RemoteError where it is no run. */
export function runFrom(answer: unknown, server: string): RunAnswer {
  const parsed = runAnswer.safeParse(answer)
  if (parsed.success) return answer as RunAnswer
  throw notSealpost(server, parsed.error)
}

export function hasEnded({ status }: RunAnswer): boolean {
  return status !== 'PENDING' && status !== 'RUNNING'
}
