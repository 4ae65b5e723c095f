import { verify, type WebhookEvent } from '@sealpost/receiver'
import { signFixture } from '@sealpost/receiver/testing'
import { describe, expect, it } from 'vitest'
import { EVENT_TYPES } from '../src/catalogue/event-types.ts'

// The receiver package has no dependencies, so its event types are written out there. Here they are held to the
// catalogue: by the compiler (each example must be one of the receiver's events) and at run time.
const SECRET = 'whsec_dGVzdC1vbmx5LXNlY3JldC1vZi10aGlzLWZpbGU='
const examples: readonly WebhookEvent[] = EVENT_TYPES.map(({ example }) => example)

describe('the receiver knows every type of the catalogue', () => {
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
