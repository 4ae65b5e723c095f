import type { z } from 'zod'
import type { validationCompletedSchema } from '../catalogue/bodies/validgraph.ts'
import type { Draft, Fact } from './channel-message.ts'
import { numberFact, originFacts } from './origin-facts.ts'

type Data = z.infer<typeof validationCompletedSchema>['data']

/** Of validation errors, as many as tell where to look; the run's page has them all. */
const ERRORS_SHOWN_MAX = 3

const VALIDATION_ENDS = {
  valid: { title: 'A validation found no errors', severity: 'info' },
  invalid: { title: 'A validation found errors', severity: 'warning' },
  error: { title: 'A validation reached no verdict', severity: 'warning' },
} as const

/** How a validation ended: its counts and first errors, or why there is no verdict. */
export function validationDraft({ data }: { data: Data }): Draft {
  // Without a verdict the one finding says why, and is no error of the data.
  const errors = data.status === 'error' ? [] : data.errors.slice(0, ERRORS_SHOWN_MAX)
  return {
    ...VALIDATION_ENDS[data.status],
    about: data.url,
    text: data.status === 'error' ? (data.errors[0]?.message ?? '') : countsOf(data),
    facts: [
      ...originFacts(data),
      ...numberFact('Score', data.score),
      ...errors.map(({ property, message }): Fact => [property || 'Error', message]),
    ],
    link: data.run_url ?? null,
  }
}

function countsOf(data: Data): string {
  const { error_count: errors = data.errors.length, warning_count: warnings = 0 } = data
  const counts = [
    ...(errors === 0 ? [] : [`${counted(errors, 'error')} in ${data.schema_type || 'the data'}`]),
    ...(warnings === 0 ? [] : [counted(warnings, 'warning')]),
  ]
  return counts.length === 0 ? '' : `${counts.join(', ')}.`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
