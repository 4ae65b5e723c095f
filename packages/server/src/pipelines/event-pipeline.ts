import type { EventService, IdempotencyKey, NewEvent, PublishedEvent } from '../api/services.ts'
import { isBuiltInType } from '../catalogue/event-types.ts'
import { renderCustomBody } from '../catalogue/render-body.ts'
import { turn, type Clock } from '../core/clock.ts'
import type { CustomEventType } from '../core/event-type.ts'
import type { Event } from '../core/event.ts'
import { fieldProblem, idempotencyConflict, Problem, type ProblemCode } from '../core/errors.ts'
import type { Ids } from '../core/ids.ts'
import { createResting } from '../core/resting.ts'
import type { Organization } from '../core/organization.ts'
import { documentSubmission, type Finding } from '../core/run.ts'
import type { Step } from '../core/workflow.ts'
import type { DeliveryPipeline } from './delivery-pipeline.ts'
import type { IdempotencyClaim } from '../store/claim.ts'
import type { Store } from '../store/store.ts'
import type { ValidatorPool } from '../validate/pool.ts'

export interface EventPipelineParts {
  store: Pick<Store, 'eventTypes' | 'deliveries' | 'events' | 'claims'>
  accept: DeliveryPipeline['accept']
  validators: Pick<ValidatorPool, 'judge' | 'checkSteps'>
  clock: Clock
  ids: Ids
}

/** Events of one request that are held against their schemas at once: enough for the threads, and few to wait for when a schema overruns. */
const JUDGED_AT_ONCE_MAX = 4

/** And of those without a schema that are given their bytes before others have their turn. */
const RENDERED_AT_ONCE_MAX = 100
const RENDERED_BYTES_MAX = 128 * 1024

/** The way of an event that comes from outside: held against its type, given its bytes, accepted. */
export function createEventPipeline(parts: EventPipelineParts): EventService {
  const { store, clock, ids } = parts
  /** Schemas that were stopped at their limit: at the next events they would be too. */
  const resting = createResting(clock)

  async function publish(
    organization: Organization,
    wanted: readonly NewEvent[],
    idempotency: IdempotencyKey | null,
  ): ReturnType<EventService['publish']> {
    const now = clock.now()
    const rows = await judgeAll(organization, wanted, now)
    const events = rows.filter((row): row is Event => !(row instanceof Problem))
    const claim = claimFor(organization, idempotency, rows, now)
    if (events.length === 0) {
      const verdict = claim === null ? null : await store.claims.judge(claim)
      // A refusal is not remembered under an Idempotency-Key: what it names may have been mended since. But what was
      // accepted stays so, whatever became of its type meanwhile.
      if (verdict === null || verdict.outcome === 'free')
        return { results: rows as Problem[], replayed: false }
      return answerOf(organization, verdict)
    }
    const accepted = await parts.accept({ claim, run: null, submission: null, events, target: null })
    if (accepted.outcome !== 'accepted') return answerOf(organization, accepted)
    const deliveries = accepted.deliveries[Symbol.iterator]()
    const results = rows.map((row) =>
      row instanceof Problem ? row : publishedEvent(row, deliveries.next().value ?? 0),
    )
    return { results, replayed: false }
  }

  async function judgeAll(
    organization: Organization,
    wanted: readonly NewEvent[],
    now: number,
  ): Promise<(Event | Problem)[]> {
    const types = new Map<string, Promise<CustomEventType | null>>()
    const typeOf = (type: string): Promise<CustomEventType | null> => {
      const found = types.get(type) ?? store.eventTypes.get(organization.id, type)
      types.set(type, found)
      return found
    }
    const overrun = new Set<string>()
    const rows: (Event | Problem)[] = []
    let [count, bytes] = [0, 0]
    for (let from = 0; from < wanted.length; from += JUDGED_AT_ONCE_MAX) {
      const slice = wanted.slice(from, from + JUDGED_AT_ONCE_MAX)
      count += slice.length
      bytes += slice.reduce((sum, { dataText }) => sum + dataText.length, 0)
      if (count > RENDERED_AT_ONCE_MAX || bytes > RENDERED_BYTES_MAX) {
        ;[count, bytes] = [0, 0]
        await turn(clock)
      }
      rows.push(
        ...(await Promise.all(
          slice.map(
            async (event) =>
              (await refusalOf(organization.id, event, typeOf, overrun)) ??
              newEvent(organization, event, now),
          ),
        )),
      )
    }
    return rows
  }

  /**
   * Why the event cannot be accepted; null when it can. `overrun` holds the types of this request whose schema was stopped
   * at its limit: it would be at the next rows too, whatever their size.
   */
  async function refusalOf(
    organizationId: number,
    { type, dataText }: NewEvent,
    typeOf: (type: string) => Promise<CustomEventType | null>,
    overrun: Set<string>,
  ): Promise<Problem | null> {
    if (isBuiltInType(type)) {
      return fieldProblem('built_in_event_type', 'type', `Only the server makes events of the type ${type}.`)
    }
    const declared = await typeOf(type)
    if (declared === null) {
      return fieldProblem(
        'unknown_event_type',
        'type',
        `${JSON.stringify(type)} is not declared. POST /api/v1/event-types declares it.`,
      )
    }
    if (declared.schema === null) return null
    const steps = [schemaStep(declared.schema)]
    const schema = `${type} ${declared.updatedAt}`
    const content = Buffer.from(dataText)
    if (overrun.has(type) || resting.has(organizationId, schema, content.length)) return notJudged(type)
    const { result, findings } = await parts.validators.judge(
      { organizationId, steps, purpose: 'event' },
      documentSubmission(content, 'application/json'),
    )
    if (result === 'TIMED_OUT') {
      overrun.add(type)
      resting.add(organizationId, schema, content.length)
    }
    return result === 'PASS' ? null : dataProblem(type, findings)
  }

  function newEvent(organization: Organization, wanted: NewEvent, now: number): Event {
    const timestamp = wanted.timestamp ?? now
    return {
      id: ids.make('evt'),
      organizationId: organization.id,
      type: wanted.type,
      timestamp,
      createdAt: now,
      body: renderCustomBody(wanted.type, timestamp, wanted.dataText),
      projectId: null,
      workflowId: null,
      runId: null,
      key: wanted.key,
    }
  }

  /** Of a request whose Idempotency-Key was used before. */
  async function answerOf(
    organization: Organization,
    verdict: { outcome: 'replayed'; resourceId: string } | { outcome: 'conflict' },
  ): ReturnType<EventService['publish']> {
    if (verdict.outcome === 'conflict') throw idempotencyConflict()
    return { results: await earlier(organization.id, verdict.resourceId), replayed: true }
  }

  /** What the same request was answered before. */
  async function earlier(organizationId: number, resourceId: string): Promise<(PublishedEvent | Problem)[]> {
    const remembered = JSON.parse(resourceId) as Remembered[]
    const eventIds = remembered.flatMap((row) => ('id' in row ? [row.id] : []))
    const counts = await store.deliveries.countByEvent(organizationId, eventIds)
    const deliveries = new Map(eventIds.map((id, index) => [id, counts[index] ?? 0]))
    return remembered.map((row) =>
      'id' in row
        ? { ...row, deliveries: deliveries.get(row.id) ?? 0 }
        : new Problem(row.code, row.detail, row.errors),
    )
  }

  return {
    publish,
    async checkSchema(organizationId, schema) {
      try {
        await parts.validators.checkSteps(organizationId, [schemaStep(schema)])
      } catch (error) {
        throw error instanceof Problem ? asFieldOfType(error) : error
      }
    },
  }
}

/** A row of an answer as its claim remembers it: all of it but what may change. */
type Remembered =
  Omit<PublishedEvent, 'deliveries'> | { code: ProblemCode; detail: string; errors: Problem['errors'] }

function claimFor(
  organization: Organization,
  idempotency: IdempotencyKey | null,
  rows: readonly (Event | Problem)[],
  now: number,
): IdempotencyClaim | null {
  if (idempotency === null) return null
  const remembered = rows.map((row): Remembered =>
    row instanceof Problem
      ? { code: row.code, detail: row.message, errors: row.errors }
      : { id: row.id, type: row.type, timestamp: row.timestamp },
  )
  return {
    organizationId: organization.id,
    operation: 'publishEvents',
    ...idempotency,
    resourceId: JSON.stringify(remembered),
    createdAt: now,
  }
}

function publishedEvent({ id, type, timestamp }: Event, deliveries: number): PublishedEvent {
  return { id, type, timestamp, deliveries }
}

function schemaStep(schema: Record<string, unknown>): Step {
  return { type: 'json-schema', name: 'data', failureMode: 'blocking', config: { schema } }
}

function dataProblem(type: string, findings: readonly Finding[]): Problem {
  const errors = findings.map(({ path, message }) => ({ field: `data${path}`, message }))
  const first = errors[0]?.message ?? 'It could not be judged.'
  return new Problem('data_not_valid', `The data does not satisfy the schema of ${type}: ${first}`, errors)
}

/** Nothing is known of this event: another request may bring it again. */
function notJudged(type: string): Problem {
  const detail = `Not judged, since the schema of ${type} took too long for an event before it. Publish it again later, or correct the schema.`
  return new Problem('overloaded', detail, [{ field: 'data', message: detail }])
}

/** The pool names a field of a workflow's step. */
function asFieldOfType(problem: Problem): Problem {
  const STEP = 'steps[0].config.'
  return new Problem(
    problem.code,
    problem.message.replace(STEP, ''),
    problem.errors.map(({ field, message }) => ({ field: field.replace(STEP, ''), message })),
  )
}
