import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { renderCarriersPage } from '../cli/carriers-page.ts'
import { isChannel } from '../core/webhook.ts'
import type { OutboundReport } from '../send/transport.ts'
import { CARRIERS, CHANNEL_CARRIERS, CHANNEL_PHRASES, findCarrier } from './index.ts'
import type { Carrier } from './carrier.ts'

const ROOM = import.meta.dirname
const SOURCE = join(ROOM, '..')

describe('the table of carriers', () => {
  it('has each folder of this room once', () => {
    const folders = readdirSync(ROOM, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(CARRIERS.map(({ name }) => name).sort()).toEqual(folders.map(({ name }) => name).sort())
  })

  it('is the only place that knows one of them by name', () => {
    const names = CHANNEL_CARRIERS.map(({ name }) => name).join('|')
    const quoted = new RegExp(`['"\`](?:${names})['"\`]`)
    // Validators have words of documents, where `email` is a property.
    const isElsewhere = (file: string) => !/^(?:carriers|validate)\/|\.test\.ts$|\/conformance\//.test(file)
    const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && isElsewhere(file),
    )
    expect(files.length).toBeGreaterThan(300)
    expect(files.filter((file) => quoted.test(readFileSync(join(SOURCE, file), 'utf8')))).toEqual([])
  })

  it('finds what it has, and nothing else', () => {
    for (const carrier of CARRIERS) expect(findCarrier(carrier.name)).toBe(carrier)
    for (const name of ['', 'Slack', '__proto__', 'constructor', 'telepathy']) {
      expect(findCarrier(name)).toBeUndefined()
    }
  })
})

describe.each<Carrier>(CARRIERS)('the carrier $name', (carrier) => {
  const { name, phrase, description, target } = carrier
  const given = target.example

  it('says what it is', () => {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
    expect(phrase).toMatch(/^(?:by|to|as|in|into) \S/)
    expect(description).toMatch(/^\p{Lu}.*\.$/u)
    expect(renderCarriersPage()).toContain(`### \`${name}\`\n\nDelivers events ${phrase}. ${description}`)
    expect(isChannel({ carrier: name })).toBe(CHANNEL_PHRASES.includes(phrase))
  })

  it('describes each of its fields', () => {
    for (const schema of Object.values(target.fields))
      expect((schema as z.ZodType).description).toMatch(/\.$/)
  })

  it('takes its own example, and shows of it what it says that it shows', () => {
    expect(z.strictObject(target.fields).parse(given)).toEqual(given)
    expect(() => target.validate(given, { checkUrl: () => undefined, mailSettingsMissing: [] })).not.toThrow()
    const url = target.urlOf(given)
    const shown = target.show({ url })
    expect(z.strictObject(target.shown).parse(shown)).toEqual(shown)
  })

  it('shows nothing of what it seals, whatever comes back', () => {
    const { sealed } = target
    const secret = sealed?.secretOf(given) ?? null
    expect(secret).not.toBe('')
    if (sealed === null || secret === null) return
    expect(target.urlOf(given)).not.toContain(secret)
    const { pathname } = new URL(secret, 'https://example.com')
    const told = sealed.redact(quoting([secret, pathname]), secret)
    const text = JSON.stringify({ ...told, responseBody: told.responseBody?.toString() })
    for (const hidden of [secret, pathname]) expect(text).not.toContain(hidden)
  })
})

/** A report of an answer that repeats these words wherever an answer can. */
function quoting(words: readonly string[]): OutboundReport {
  const text = words.join(' ')
  return {
    outcome: 'failed',
    startedAt: 0,
    durationMs: 1,
    sends: 1,
    statusCode: 302,
    error: { code: 'redirect_not_followed', message: `redirects to ${text}` },
    retryAfterMs: null,
    responseHeaders: { location: text },
    responseBody: Buffer.from(text),
  }
}
