import { z } from 'zod'
import { impactField, schemaChangeSchema } from '../../catalogue/bodies/validgraph.ts'
import { changeData } from '../../detect/schema-events.ts'
import { validationIdOf } from '../../core/ids.ts'
import type { Run } from '../../core/run.ts'
import { isoTimeOrNull } from '../../core/time.ts'
import { highestImpact, type SchemaChange } from '../../detect/schema-diff.ts'
import type { PreviousRun } from '../../store/store.ts'

const sideSchema = z.object({
  run_id: z.string(),
  validation_id: z.string(),
  ended_at: z.string().nullable(),
  score: z.number().nullable(),
})

export const schemaDiffSchema = z
  .object({
    url: z.string().describe('What was judged.'),
    current: sideSchema,
    previous: sideSchema.nullable().describe('Null when there was no earlier run with the same settings.'),
    changed: z.boolean(),
    impact: impactField.nullable().describe('The highest impact of the changes. Null without changes.'),
    types: z.object({
      added: z.array(z.string()),
      removed: z.array(z.string()),
      modified: z.array(z.string()).describe('Types that both runs saw, with different properties.'),
    }),
    changes: z.array(schemaChangeSchema),
  })
  .meta({
    id: 'SchemaDiff',
    examples: [
      {
        url: 'https://example.com/page',
        current: {
          run_id: '0198c1a3-1b2c-7d3e-8f4a-5b6c7d8e9f0a',
          validation_id: 'val_0198c1a31b2c7d3e8f4a5b6c7d8e9f0a',
          ended_at: '2025-03-23T04:17:10.000Z',
          score: 72,
        },
        previous: {
          run_id: '0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b',
          validation_id: 'val_0198c1a29f4e7c3b8d5e6f7081920a1b',
          ended_at: '2025-03-22T04:17:10.000Z',
          score: 88,
        },
        changed: true,
        impact: 'high',
        types: { added: [], removed: [], modified: ['Article'] },
        changes: [{ kind: 'property_removed', schema_type: 'Article', property: 'headline', impact: 'high' }],
      },
    ],
  })

/** What two runs of one subject saw, side by side. */
export function schemaDiffView(
  name: string,
  current: Omit<Run, 'findings'>,
  previous: PreviousRun | null,
  changes: readonly SchemaChange[],
): z.output<typeof schemaDiffSchema> {
  const typesOf = (kinds: readonly SchemaChange['kind'][]): string[] => [
    ...new Set(changes.filter(({ kind }) => kinds.includes(kind)).map(({ schemaType }) => schemaType)),
  ]
  return {
    url: name,
    current: sideOf(current),
    previous: previous && sideOf(previous),
    changed: changes.length > 0,
    impact: changes.length === 0 ? null : highestImpact(changes.map(({ impact }) => impact)),
    types: {
      added: typesOf(['type_added']),
      removed: typesOf(['type_removed']),
      modified: typesOf(['property_added', 'property_removed', 'property_modified']),
    },
    changes: changes.map(changeData),
  }
}

function sideOf({ id, endedAt, score }: PreviousRun): z.output<typeof sideSchema> {
  return { run_id: id, validation_id: validationIdOf(id), ended_at: isoTimeOrNull(endedAt), score }
}
