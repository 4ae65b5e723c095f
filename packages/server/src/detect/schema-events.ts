import type {
  SchemaChangeData,
  SchemaChangedData,
  SchemaRemovedData,
} from '../catalogue/bodies/validgraph.ts'
import type { Detected } from '../catalogue/detected.ts'
import { validationIdOf } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import { endedAtOf, isVerdict, runUrl, workflowFacts, type EndedRun } from './ended-run.ts'
import { highestImpact, schemaDiff, type SchemaChange } from './schema-diff.ts'

/**
 * `schema.changed` when what was seen differs from the run before, and `schema.removed` for each type that is gone.
 *
 * Only verdicts about the data are compared: a page that could not be fetched, and a validator that broke, saw nothing,
 * which is not to say that nothing was there.
 */
export function detectSchemaEvents(ended: EndedRun): Detected[] {
  const { run, previous } = ended
  const before = previous.seen
  if (!isVerdict(run) || run.seen === null || before === null) return []
  const changes = schemaDiff(before.seen ?? [], run.seen)
  if (changes.length === 0) return []
  const timestamp = endedAtOf(run)
  return [
    { type: 'schema.changed', timestamp, content: changedData(ended, before.id, changes) },
    ...changes
      .filter(({ kind }) => kind === 'type_removed')
      .slice(0, LIMITS.eventsOfRemovedTypesMax)
      .map(({ schemaType }) => ({
        type: 'schema.removed',
        timestamp,
        content: removedData(ended, before.id, schemaType),
      })),
  ]
}

function changedData(
  ended: EndedRun,
  previousId: string,
  changes: readonly SchemaChange[],
): SchemaChangedData {
  return {
    ...subjectData(ended),
    impact: highestImpact(changes.map(({ impact }) => impact)),
    changes: changes.slice(0, LIMITS.eventChangesMax).map(changeData),
    change_count: changes.length,
    ...originData(ended, previousId),
  }
}

/** A change as bodies and the API tell it. */
export function changeData({ kind, schemaType, property, impact, kinds }: SchemaChange): SchemaChangeData {
  return { kind, schema_type: schemaType, property, impact, ...kinds }
}

function removedData(ended: EndedRun, previousId: string, schemaType: string): SchemaRemovedData {
  return { ...subjectData(ended), schema_type: schemaType, ...originData(ended, previousId) }
}

function subjectData({ run }: EndedRun) {
  return { validation_id: validationIdOf(run.id), url: run.subject ?? '', project_id: run.projectId }
}

function originData(ended: EndedRun, previousId: string) {
  return {
    previous_validation_id: validationIdOf(previousId),
    workflow: workflowFacts(ended),
    run_url: runUrl(ended),
  }
}
