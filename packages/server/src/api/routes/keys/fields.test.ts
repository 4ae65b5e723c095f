import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../../core/limits.ts'
import { checkExpiry } from './fields.ts'

const NOW = Date.parse('2025-03-22T14:30:00Z')

describe('when a key expires', () => {
  it.each([null, NOW + 1, NOW + LIMITS.keyLifetimeMsMax])('may be %s', (expiresAt) => {
    expect(() => checkExpiry(expiresAt, NOW)).not.toThrow()
  })

  it.each([0, NOW, NOW + LIMITS.keyLifetimeMsMax + 1, Date.parse('9999-12-31T23:59:59Z')])(
    'may not be %s',
    (expiresAt) => {
      expect(() => checkExpiry(expiresAt, NOW)).toThrow(
        expect.objectContaining({
          code: 'invalid_request',
          errors: [expect.objectContaining({ field: 'expires_at' })],
        }),
      )
    },
  )
})
