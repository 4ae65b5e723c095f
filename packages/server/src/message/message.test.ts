import { describe, expect, it } from 'vitest'
import { EVENT_TYPES, type BuiltInType } from '../catalogue/event-types.ts'
import { LIMITS } from '../core/limits.ts'
import { mailText } from '../carriers/email/mail-text.ts'
import { messageOf } from './message.ts'
import { slackBody } from '../carriers/slack/slack-body.ts'

const RUN_URL = 'https://your-validibot.com/orgs/my-org/runs/550e8400-e29b-41d4-a716-446655440000/'
const PASSED = `Product Validation: PASS

A run of Product Validation ended as SUCCEEDED.

Workflow: Product Validation
Errors: 0
Warnings: 2
Took: 5000 ms

${RUN_URL}
`
const WEBHOOK = `Webhook: https://myapp.example.com/webhooks/validgraph
Id: webhook_xyz789`
const MONITOR = `Page: https://shop.example.com/lamp
Monitor: mon_0198c1a29f4e7c3b8d5e6f7081920a1b
Workflow: Structured data`
const MONITOR_RUN_URL = 'https://sealpost.example.com/orgs/acme/runs/0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b/'

/** What people read about the catalogue's own examples. */
const GOLDEN: Readonly<Record<BuiltInType, string>> = {
  'run.completed': PASSED,
  'run.succeeded': PASSED,
  'run.failed': `Warning: Product Validation: FAIL

A run of Product Validation ended as FAILED.

Workflow: Product Validation
Errors: 2
Warnings: 1
Took: 5000 ms

${RUN_URL}
`,
  'validation.completed': `A validation found no errors

1 warning.

Subject: https://example.com/page
Score: 96
`,
  'validation.failed': `Warning: A validation found errors

1 error in Article.

Subject: https://example.com/page
headline: Property is required
`,
  'score.dropped': `Warning: The score fell by 16 to 72

Subject: https://example.com/updated-page
Before: 88
After: 72
`,
  'schema.changed': `Warning: The structured data changed

2 changes since the last run; the most serious has high impact.

Subject: https://example.com/page
Before: Article.headline
After: Article.wordCount
`,
  'schema.removed': `Warning: Product is gone

The previous run found Product; this run did not.

Subject: https://example.com/page
Before: Product
After: not there
`,
  'alert.triggered': `Warning: Score below 75

The score is 72, below 75.

Subject: https://example.com/page
Rule: score threshold
`,
  'webhook.test': `A test of this channel

If you can read this, the channel works.
`,
  'webhook.failing': `Warning: A webhook is failing

Several attempts in a row have failed. Failed deliveries are tried again.

${WEBHOOK}
Failed in a row: 3
Last error: Connection timeout
`,
  'webhook.disabled': `Critical: A webhook was disabled

Too many attempts have failed. Events are held until the webhook is enabled again.

${WEBHOOK}
Failed in a row: 5
Last error: Connection timeout
`,
  'webhook.recovered': `A webhook has recovered

It has acknowledged an event again.

${WEBHOOK}
`,
  'monitor.failing': `Critical: Lamp cannot be judged

The page could not be fetched. The server answered 503: it cannot serve the page at the moment.

${MONITOR}
Failed in a row: 1
Since: 2025-03-22T14:30:00Z

${MONITOR_RUN_URL}
`,
  'monitor.recovered': `Lamp can be judged again

The last run of the monitor reached a verdict.

${MONITOR}

${MONITOR_RUN_URL}
`,
}

const bodyOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const exampleOf = (type: BuiltInType) => EVENT_TYPES.find((entry) => entry.type === type)?.example as object

describe('a message', () => {
  it.each(EVENT_TYPES.map(({ type, example }) => [type, example] as const))(
    'about %s says what happened',
    (type, example) => {
      expect(mailText(messageOf(type, bodyOf(example))).text).toBe(GOLDEN[type])
    },
  )

  it('about an alert says what changed, and leads to the run', () => {
    const example = exampleOf('alert.triggered') as { data: object }
    const data = {
      ...example.data,
      severity: 'critical',
      before: 'headline: text',
      after: 'not there',
      score: 72,
      workflow: { id: 1, slug: 'pages', name: 'Pages' },
      run_url: 'https://sealpost.example.com/orgs/acme/runs/1/',
    }
    expect(messageOf('alert.triggered', bodyOf({ ...example, data }))).toEqual({
      title: 'Score below 75',
      severity: 'critical',
      about: 'https://example.com/page',
      text: 'The score is 72, below 75.',
      facts: [
        ['Subject', 'https://example.com/page'],
        ['Workflow', 'Pages'],
        ['Score', '72'],
        ['Rule', 'score threshold'],
      ],
      before: 'headline: text',
      after: 'not there',
      link: 'https://sealpost.example.com/orgs/acme/runs/1/',
    })
  })

  it('tells kinds of a modified property, and how many changes there are beyond those it lists', () => {
    const change = { kind: 'property_modified', schema_type: 'Article', property: 'image', impact: 'low' }
    const added = Array.from({ length: 12 }, (_, index) => ({
      ...change,
      kind: 'property_added',
      property: `p${index}`,
    }))
    const example = exampleOf('schema.changed') as { data: object }
    const changes = [{ ...change, before: ['url'], after: ['ImageObject', 'url'] }, ...added]
    const { before, after, text } = messageOf(
      'schema.changed',
      bodyOf({ ...example, data: { ...example.data, impact: 'low', changes, change_count: 40 } }),
    )
    expect(text).toBe('40 changes since the last run; the most serious has low impact.')
    expect(before).toBe('Article.image (url)')
    expect(after).toMatch(/^Article\.image \(ImageObject, url\), Article\.p0, .* and 5 more$/)
  })

  it('about one change names it', () => {
    const example = exampleOf('schema.changed') as { data: object }
    const changes = [
      { kind: 'property_removed', schema_type: 'Article', property: 'headline', impact: 'high' },
    ]
    const body = bodyOf({ ...example, data: { ...example.data, changes, change_count: 1 } })
    expect(messageOf('schema.changed', body)).toMatchObject({
      title: 'Article.headline is gone',
      text: 'One change since the last run, with high impact.',
      before: 'Article.headline',
      after: 'not there',
    })
  })

  it('about a score that fell does not tell the score twice', () => {
    const example = exampleOf('alert.triggered') as { data: object }
    const data = { ...example.data, before: '88', after: '72', score: 72 }
    const { facts } = messageOf('alert.triggered', bodyOf({ ...example, data }))
    expect(facts.map(([label]) => label)).toEqual(['Subject', 'Rule'])
  })

  it('about a validation without a verdict says why there is none', () => {
    const example = exampleOf('validation.completed') as { data: object }
    const errors = [{ property: '', message: 'The host name does not exist.', schema_type: '', path: '' }]
    const data = { ...example.data, status: 'error', score: null, errors, error_count: 1 }
    expect(messageOf('validation.completed', bodyOf({ ...example, data }))).toMatchObject({
      title: 'A validation reached no verdict',
      text: 'The host name does not exist.',
      facts: [['Subject', 'https://example.com/page']],
    })
  })

  it('names in one line which page it is about', () => {
    const message = messageOf('score.dropped', bodyOf(exampleOf('score.dropped')))
    const line = 'Warning: The score fell by 16 to 72 (https://example.com/updated-page)'
    expect(mailText(message).subject).toBe(`[Sealpost] ${line}`)
    expect(slackBody(message).text).toBe(line)
  })

  it('about a type of one’s own has its fields', () => {
    const body = bodyOf({
      type: 'order.paid',
      timestamp: '',
      data: { id: 'A-1', paid: true, lines: [1], note: null },
    })
    expect(messageOf('order.paid', body)).toMatchObject({
      title: 'order.paid',
      severity: 'info',
      facts: [
        ['id', 'A-1'],
        ['paid', 'true'],
        ['lines', '[1]'],
        ['note', 'null'],
      ],
      link: null,
    })
    expect(messageOf('order.paid', bodyOf({ data: 7 })).facts).toEqual([['data', '7']])
  })

  it('about a body of another shape has what is there', () => {
    expect(messageOf('alert.triggered', bodyOf({ data: { was: 'otherwise' } }))).toMatchObject({
      title: 'alert.triggered',
      facts: [['was', 'otherwise']],
    })
    expect(messageOf('alert.triggered', Buffer.from('{'))).toMatchObject({ title: 'alert.triggered' })
  })

  it('leads nowhere but to the web', () => {
    const example = exampleOf('score.dropped') as { data: object }
    const linkOf = (url: string) =>
      messageOf('score.dropped', bodyOf({ ...example, data: { ...example.data, run_url: url } })).link
    expect(linkOf('https://a.example.com/runs/1?a=<b>&c')).toBe('https://a.example.com/runs/1?a=%3Cb%3E&c')
    expect(linkOf('javascript:alert(1)')).toBeNull()
    expect(linkOf(`https://a.example.com/${'a'.repeat(LIMITS.messageLinkCharactersMax)}`)).toBeNull()
  })
})

describe('a URL that is a credential', () => {
  it('is not shown to everybody in the channel', () => {
    const url = 'https://shop.example.com/lamp?preview_token=abcdef'
    const data = {
      url,
      validation_id: 'val_1',
      project_id: 'proj_1',
      schema_type: 'Product',
      run_url: RUN_URL,
    }
    const body = JSON.stringify({ type: 'schema.removed', timestamp: '2025-01-01T00:00:00Z', data })
    const text = JSON.stringify(messageOf('schema.removed', Buffer.from(body)))
    expect(text).toContain('https://shop.example.com/lamp?preview_token=…')
    expect(text).not.toContain('abcdef')
  })

  it('is a link to follow in an organization’s own types', () => {
    const body = JSON.stringify({ type: 'order.asked', data: { approve: 'https://a.example/?token=abcdef' } })
    expect(messageOf('order.asked', Buffer.from(body)).facts).toEqual([
      ['approve', 'https://a.example/?token=abcdef'],
    ])
  })
})
