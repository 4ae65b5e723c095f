import { z } from 'zod'
import { fieldProblem, Problem, type FieldError } from '../../../core/errors.ts'
import { LIMITS } from '../../../core/limits.ts'
import { isoTime } from '../../../core/time.ts'
import type { ApiContext } from '../../context.ts'
import { REPLAYED_HEADERS } from '../../idempotency.ts'
import { elementTexts, memberTexts } from '../../json-source.ts'
import { operation } from '../../operation.ts'
import { problemOfIssues } from '../../problems/field-errors.ts'
import { problemBody, problemSchema } from '../../problems/problem-body.ts'
import type { NewEvent, PublishedEvent } from '../../services.ts'
import { instantOf, timeField } from '../fields.ts'

const newEventSchema = z
  .strictObject({
    type: z
      .string()
      .max(200)
      .describe('One of your own event types. Declare it first with `POST /api/v1/event-types`.'),
    data: z
      .unknown()
      .describe('Any JSON value that satisfies the schema of the type. It is sent exactly as you wrote it.'),
    key: z
      .string()
      .min(1)
      .max(LIMITS.eventKeyCharactersMax)
      .nullable()
      .default(null)
      .describe(
        'What the event is about. A webhook with `"ordering": "key"` sends events with the same key one after the other.',
      ),
    timestamp: timeField.nullable().default(null).describe('When it happened. Default: now.'),
  })
  .meta({ examples: [{ type: 'order.paid', data: { order_id: 42 }, key: 'order-42' }] })

/** Its rows are looked at one by one, so that one that is wrong does not refuse the others. */
const batchSchema = z.strictObject({
  events: z.array(z.unknown()).min(1).max(LIMITS.eventsPerRequestMax),
})

const documentedBatch = z.strictObject({
  events: z
    .array(newEventSchema)
    .min(1)
    .max(LIMITS.eventsPerRequestMax)
    .describe('Each event is accepted or refused by itself. All accepted events share one commit.'),
})

const publishedSchema = z
  .object({
    id: z.string().describe('`evt_…`'),
    type: z.string(),
    timestamp: z.string(),
    deliveries: z.int().describe('How many webhooks are to receive it.'),
  })
  .meta({ id: 'PublishedEvent' })

const resultSchema = z.union([publishedSchema, problemSchema])

const answerSchema = z
  .union([
    publishedSchema,
    z.object({ results: z.array(resultSchema).describe('One result for each event, in the same order.') }),
  ])
  .describe('The event. For a batch: one result for each event.')

export function publishEvents({ services, settings }: Pick<ApiContext, 'services' | 'settings'>) {
  return operation({
    id: 'publishEvents',
    method: 'POST',
    path: '/api/v1/events',
    tag: 'events',
    summary: 'Publish an event, or a batch of them',
    description:
      'The events are stored durably before the answer. Then they are sent to every webhook that they match.',
    access: ['write'],
    body: z.unknown(),
    bodyContent: { 'application/json': z.union([newEventSchema, documentedBatch]) },
    answers: { 202: answerSchema },
    problems: [
      'unknown_event_type',
      'built_in_event_type',
      'data_not_valid',
      'idempotency_conflict',
      'overloaded',
      'shutting_down',
    ],
    async handle({ caller: { organization }, body, rawBody, idempotency, requestId }) {
      const text = rawBody?.toString('utf8') ?? ''
      if (isBatch(body)) {
        const rows = batchOf(body, text)
        const events = rows.filter((row): row is NewEvent => !(row instanceof Problem))
        const published = await services.events.publish(organization, events, idempotency())
        const results = published.results[Symbol.iterator]()
        return {
          status: 202,
          body: {
            results: rows.map((row, index) => {
              const result = row instanceof Problem ? row : results.next().value
              return result instanceof Problem
                ? problemBody(underRow(result, index), settings.baseUrl, requestId)
                : publishedView(result)
            }),
          },
          ...(published.replayed && { headers: REPLAYED_HEADERS }),
        }
      }
      const event = eventOf(body, text)
      const { results, replayed } = await services.events.publish(organization, [event], idempotency())
      const [result] = results
      if (result instanceof Problem) throw result
      return { status: 202, body: publishedView(result), ...(replayed && { headers: REPLAYED_HEADERS }) }
    },
  })
}

function isBatch(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'events' in body
}

function batchOf(body: unknown, text: string): (NewEvent | Problem)[] {
  const parsed = batchSchema.safeParse(body)
  if (!parsed.success) throw problemOfIssues('body', parsed.error.issues)
  const texts = elementTexts(memberTexts(text).get('events') ?? '[]')
  return parsed.data.events.map((row, index) => {
    try {
      return eventOf(row, texts[index] ?? '')
    } catch (error) {
      if (error instanceof Problem) return error
      throw error
    }
  })
}

/** Throws `invalid_request` on the field at fault. */
function eventOf(value: unknown, text: string): NewEvent {
  const parsed = newEventSchema.safeParse(value)
  if (!parsed.success) throw problemOfIssues('body', parsed.error.issues)
  const { type, key, timestamp } = parsed.data
  const dataText = memberTexts(text).get('data')
  if (dataText === undefined) throw fieldProblem('invalid_request', 'data', 'Required: any JSON value.')
  return { type, key, dataText, timestamp: timestamp === null ? null : instantOf('timestamp', timestamp) }
}

/** The problem of a row, with its fields named as fields of the request. */
function underRow(problem: Problem, index: number): Problem {
  const prefix = `events[${index}]`
  const errors = problem.errors.map(({ field, message }) => ({
    field: field === 'body' ? prefix : `${prefix}.${field}`,
    message,
  }))
  return new Problem(problem.code, renamed(problem.message, problem.errors[0], errors[0]), errors)
}

/** A message that begins with the name of the field at fault begins with its whole name. */
function renamed(message: string, before: FieldError | undefined, after: FieldError | undefined): string {
  const isNamed = before !== undefined && after !== undefined && message.startsWith(`${before.field}: `)
  return isNamed ? after.field + message.slice(before.field.length) : message
}

function publishedView(event: PublishedEvent | undefined): z.output<typeof publishedSchema> {
  if (event === undefined) throw new Error('The pipeline answered with too few results')
  return { ...event, timestamp: isoTime(event.timestamp) }
}
