import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../core/limits.ts'
import type { ChannelMessage } from './channel-message.ts'
import { mailText } from '../carriers/email/mail-text.ts'
import { messageOf } from './message.ts'
import { lineOf } from './plain-text.ts'
import { slackBody } from '../carriers/slack/slack-body.ts'

/** Text as the worst of pages would have it: any characters, and much of what something would act on. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        ...[
          '<!channel>',
          '<!here|x>',
          '<@U123>',
          '<#C1>',
          '<https://evil.example|ok>',
          '@channel',
          '@all',
          '&lt;!channel&gt;',
        ],
        ...[
          '\r\nBcc: a@example.com',
          '\n\n',
          '<script>alert(1)</script>',
          '" onload="x',
          "'",
          '&',
          '\u202e',
          '\u0000',
          '\ud83d',
          '😀',
        ],
        ...['>'.repeat(400), '&'.repeat(400), '*_~`'],
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))

const severity = fc.constantFrom('info', 'warning', 'critical')

/** A message whose every text is a stranger's. */
const message: fc.Arbitrary<ChannelMessage> = fc
  .record({
    type: hostile,
    before: hostile,
    after: hostile,
    severity,
    entries: fc.array(fc.tuple(hostile, hostile)),
  })
  .map(({ type, entries, before, after, severity: severe }) => {
    const { title, facts } = messageOf(
      type,
      Buffer.from(JSON.stringify({ data: Object.fromEntries(entries) })),
    )
    const [b, a] = [before, after].map((text) => lineOf(text, LIMITS.messageValueCharactersMax))
    return {
      title,
      facts,
      severity: severe,
      about: lineOf(before, LIMITS.messageAboutCharactersMax),
      text: title,
      before: b ?? '',
      after: a ?? '',
      link: 'https://a.example.com/?a=1&b=|',
    }
  })

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}

describe('a line', () => {
  it('is clean, whole and no longer than it may be', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 2, max: 80 }), (text, max) => {
        const line = lineOf(text, max)
        expect(line.length).toBeLessThanOrEqual(max)
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2060-\u2069]/u)
        expect(line.isWellFormed()).toBe(true)
      }),
    )
  })

  it('keeps what is no danger', () => {
    expect(lineOf(' Größe:  96 😀 ', 20)).toBe('Größe: 96 😀')
    expect(lineOf('abcdef', 4)).toBe('abc…')
    expect(lineOf(`ab😀`, 4)).toBe('ab😀')
    expect(lineOf(`ab😀c`, 4)).toBe('ab…')
  })

  it('of a huge text is found at once', () => {
    expect(lineOf('\u202e'.repeat(10_000_000), 100).length).toBeLessThanOrEqual(100)
  })
})

describe('a Slack message', () => {
  it('calls nobody and links nowhere but to the run', () => {
    fc.assert(
      fc.property(message, (told) => {
        const body = slackBody(told)
        const link = '<https://a.example.com/?a=1&amp;b=%7C|Open the run>'
        const texts = textsOf(body).filter((text) => text !== link)
        expect(textsOf(body)).toContain(link)
        for (const text of texts) {
          expect(text).not.toMatch(/[<>]/)
          expect(text).not.toMatch(/&(?!(?:amp|lt|gt);)/)
          expect(text).not.toMatch(/(?<!\w)@\w/)
        }
      }),
    )
  })

  it('stays within what Slack takes', () => {
    fc.assert(
      fc.property(message, (told) => {
        const body = slackBody(told) as unknown as {
          blocks: { type: string; text?: { text: string }; fields?: { text: string }[] }[]
        }
        expect(body.blocks.length).toBeLessThanOrEqual(50)
        for (const { type, text, fields = [] } of body.blocks) {
          expect(text?.text.length ?? 1).toBeGreaterThan(0)
          expect(text?.text.length ?? 1).toBeLessThanOrEqual(type === 'header' ? 150 : 3_000)
          expect(fields.length).toBeLessThanOrEqual(10)
          for (const field of fields) expect(field.text.length).toBeLessThanOrEqual(2_000)
        }
      }),
    )
  })

  it('shows an address and a price as they are', () => {
    const body = slackBody(
      messageOf('order.paid', Buffer.from('{"data":{"by":"a@example.com","@":"5 @ 3"}}')),
    )
    expect(textsOf(body)).toContain('*by*\na@example.com')
    expect(textsOf(body)).toContain('*@*\n5 @ 3')
  })
})

describe('an e-mail', () => {
  it('has one subject line, and markup of ours only', () => {
    fc.assert(
      fc.property(message, (told) => {
        const { subject, html } = mailText(told)
        expect(subject).not.toMatch(/[\r\n\0]/)
        const tags = new Set([...html.matchAll(/<([^\s>]*)/g)].map(([, tag]) => tag))
        for (const tag of tags) {
          expect(['!doctype', 'html', 'body', 'h1', 'p', 'table', 'tr', 'th', 'td', 'a']).toContain(
            tag?.replace('/', ''),
          )
        }
        const attributes = [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/="[^"]*"/g, ''))
        for (const tag of attributes)
          expect(tag).toMatch(/^<!?\/?[a-z0-9]+(?: (?:html|style|align|valign|href))*>$/)
      }),
    )
  })
})
