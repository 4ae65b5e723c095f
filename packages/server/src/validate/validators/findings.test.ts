import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../core/limits.ts'
import { createFindings, oneError } from './findings.ts'

describe('createFindings', () => {
  it('lists up to the limit, counts all, and asks for no words it has no room for', () => {
    const findings = createFindings()
    let described = 0
    for (let n = 0; n < LIMITS.findingsMax + 5; n++) {
      findings.add(n % 2 === 0 ? 'error' : 'warning', () => ({ code: 'odd', message: `${described++}` }))
    }
    const judgement = findings.judgement()
    expect(judgement.findings).toHaveLength(LIMITS.findingsMax)
    expect(judgement.counts).toEqual({ error: 503, warning: 502, info: 0 })
    expect(described).toBe(LIMITS.findingsMax)
  })

  it('keeps each short, and leaves out what is not known', () => {
    const long = 'x'.repeat(5_000)
    const [finding] = oneError({ code: 'long', message: long, path: long, property: long, line: 3 }).findings
    expect(finding?.message).toHaveLength(LIMITS.findingMessageCharactersMax)
    expect(finding?.path).toHaveLength(LIMITS.findingPathCharactersMax)
    expect(finding?.property).toHaveLength(LIMITS.findingPathCharactersMax)
    expect(finding).toMatchObject({ schemaType: null, line: 3 })
    expect(finding).not.toHaveProperty('column')
  })
})
