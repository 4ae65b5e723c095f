import { verify, type WebhookEvent } from '@sealpost/receiver'
import { signFixture } from '@sealpost/receiver/testing'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type {
  AlertTriggeredData,
  SchemaChangedData,
  SchemaRemovedData,
  ScoreDroppedData,
  ValidationData,
} from '../src/catalogue/bodies/validgraph.ts'
import { EVENT_TYPES } from '../src/catalogue/event-types.ts'

// The receiver package has no dependencies, so its event types are written out there. Here they are held to the
// catalogue: by the compiler (each example must be one of the receiver's events) and at run time.
const SECRET = 'whsec_dGVzdC1vbmx5LXNlY3JldC1vZi10aGlzLWZpbGU='
/** The data of an event, as the receiver types it. */
type Said<Type extends string> =
  Extract<WebhookEvent, { event: Type }> extends { data: infer Data } ? Data : never

const examples: readonly WebhookEvent[] = EVENT_TYPES.map(({ example }) => example)

describe('the receiver knows every type of the catalogue', () => {
  // For the compiler, which holds the fields that the documented examples do not have.
  expectTypeOf<ValidationData>().toExtend<Said<'validation.completed'>>()
  expectTypeOf<ScoreDroppedData>().toExtend<Said<'score.dropped'>>()
  expectTypeOf<SchemaChangedData>().toExtend<Said<'schema.changed'>>()
  expectTypeOf<SchemaRemovedData>().toExtend<Said<'schema.removed'>>()
  expectTypeOf<AlertTriggeredData>().toExtend<Said<'alert.triggered'>>()

  it.each(EVENT_TYPES.map(({ type, dialect }, index) => ({ type, dialect, example: examples[index] })))(
    '$type',
    ({ type, dialect, example }) => {
      const body = Buffer.from(JSON.stringify(example))
      const headers = signFixture({ secret: SECRET, body, dialect })
      const result = verify({ body, headers }, { secret: SECRET })
      expect(result).toMatchObject({ ok: true, event: example })
      expect(JSON.parse(body.toString())).toHaveProperty(dialect === 'standard' ? 'type' : 'event', type)
    },
  )
})
