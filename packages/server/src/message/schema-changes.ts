import type { z } from 'zod'
import type { schemaChangedSchema } from '../catalogue/bodies/validgraph.ts'
import type { Draft } from './channel-message.ts'

type Data = z.infer<typeof schemaChangedSchema>['data']
type Change = Data['changes'][number]

/** Of either side; the run's page and the API have them all. */
const CHANGES_SHOWN_MAX = 8

/** After its name, when it is the only change. */
const STATES: Readonly<Record<Change['kind'], string>> = {
  type_added: 'is new',
  type_removed: 'is gone',
  property_added: 'is new',
  property_removed: 'is gone',
  property_modified: 'changed',
}

/** What was there before and no longer is, against what is there now. */
export function changedDraft({ data }: { data: Data }): Draft {
  const count = data.change_count ?? data.changes.length
  const [first] = data.changes
  const isOne = count === 1 && first !== undefined
  return {
    title: isOne ? `${nameOf(first)} ${STATES[first.kind]}` : 'The structured data changed',
    severity: data.impact === 'high' ? 'warning' : 'info',
    about: data.url,
    text: isOne
      ? `One change since the last run, with ${data.impact} impact.`
      : `${count} changes since the last run; the most serious has ${data.impact} impact.`,
    facts: [
      ['Subject', data.url],
      ['Workflow', data.workflow?.name ?? ''],
    ],
    before: listed(data.changes, before),
    after: listed(data.changes, after),
    link: data.run_url ?? null,
  }
}

function listed(changes: readonly Change[], side: (change: Change) => string | null): string {
  const found = changes.map(side).filter((shown) => shown !== null)
  if (found.length === 0) return 'not there'
  const more = found.length - CHANGES_SHOWN_MAX
  return found.slice(0, CHANGES_SHOWN_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function before(change: Change): string | null {
  if (change.kind === 'property_modified') return withKinds(change, change.before)
  return change.kind.endsWith('_removed') ? nameOf(change) : null
}

function after(change: Change): string | null {
  if (change.kind === 'property_modified') return withKinds(change, change.after)
  return change.kind.endsWith('_added') ? nameOf(change) : null
}

function nameOf({ schema_type: type, property }: Change): string {
  return property === '' ? type : `${type}.${property}`
}

function withKinds(change: Change, kinds: readonly string[] = []): string {
  return kinds.length === 0 ? nameOf(change) : `${nameOf(change)} (${kinds.join(', ')})`
}
