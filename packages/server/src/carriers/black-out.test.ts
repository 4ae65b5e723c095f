import fc from 'fast-check'
import { expect, it } from 'vitest'
import { LIMITS } from '../core/limits.ts'
import { blackOut, originShown } from './black-out.ts'
import type { OutboundReport } from '../send/transport.ts'

const URL_TEXT =
  'https://hooks.example.com/services/T00000000/B00000000/abcdefghijklmnop?token=0123456789abcdef'

function report(body: string, headers: Record<string, string> = {}): OutboundReport {
  return {
    outcome: 'failed',
    startedAt: 0,
    durationMs: 1,
    sends: 1,
    statusCode: 404,
    error: {
      code: 'redirect_not_followed',
      message: `Your server redirects to ${headers['location'] ?? ''} (302).`,
    },
    retryAfterMs: null,
    responseHeaders: headers,
    responseBody: Buffer.from(body),
  }
}

it('hides the URL and its parts in everything that came back', () => {
  const quoted = [
    URL_TEXT,
    'Cannot POST /services/T00000000/B00000000/abcdefghijklmnop',
    '{"path":"\\/services\\/T00000000\\/B00000000\\/abcdefghijklmnop"}',
    'no such token: 0123456789abcdef',
  ].join('\n')
  const shown = JSON.stringify(
    blackOut(report(quoted, { location: `${URL_TEXT}&again`, server: 'x' }), URL_TEXT),
    (_, value) => (value?.type === 'Buffer' ? Buffer.from(value.data).toString() : value),
  )
  expect(shown).not.toMatch(/abcdef|T0000|B0000|0123/)
  expect(shown).toContain('Cannot POST …')
  expect(shown).toContain('"server":"x"')
})

it('never leaves half of a secret at the end of what is kept', () => {
  const segment = 'abcdefghijklmnop'
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), (less) => {
      const body = 'x'.repeat(LIMITS.sealedAnswerBytesKept - less) + segment + 'y'.repeat(100)
      const kept = blackOut(report(body), URL_TEXT).responseBody
      expect(kept?.length).toBeLessThanOrEqual(LIMITS.sealedAnswerBytesKept)
      expect(kept?.toString()).not.toContain('abc')
    }),
  )
})

it('leaves alone what has nothing to hide', () => {
  const plain = report('ok')
  expect(blackOut(plain, 'https://hooks.example.com/')).toEqual(plain)
  expect(originShown(URL_TEXT)).toBe('https://hooks.example.com/…')
})
