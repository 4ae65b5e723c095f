import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Step } from '../core/workflow.ts'
import { settingsOf } from './settings.ts'

const step = (changes: Partial<Step> = {}): Step => ({
  type: 'json-schema',
  name: 'Shape',
  failureMode: 'blocking',
  config: { schema: { type: 'object', required: ['a', 'b'] } },
  ...changes,
})

/** The same value, its keys in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, member]) => [key, turned(member)] as const)
  return Object.fromEntries(entries.reverse())
}

describe('settingsOf', () => {
  it('names what judges, and neither what it is called nor what is done in the end', () => {
    const plain = settingsOf([step()])
    const notify: Step = step({ type: 'notify', config: { when: 'always', channel: 'webhook_1' } })
    expect(settingsOf([step({ name: 'Other' }), notify])).toBe(plain)
    expect(settingsOf([step({ failureMode: 'advisory' })])).not.toBe(plain)
    expect(settingsOf([step({ config: { schema: { required: ['b', 'a'] } } })])).not.toBe(plain)
    expect(settingsOf([step(), step()])).not.toBe(plain)
  })

  it('is the same after the steps were stored and read, and whatever order their keys have', () => {
    const config = fc.dictionary(fc.string(), fc.jsonValue())
    fc.assert(
      fc.property(config, (given) => {
        const settings = settingsOf([step({ config: given })])
        expect(settingsOf(JSON.parse(JSON.stringify([step({ config: given })])) as Step[])).toBe(settings)
        expect(settingsOf([step({ config: turned(given) as Step['config'] })])).toBe(settings)
      }),
    )
  })
})
