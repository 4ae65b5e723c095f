import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AlertCondition, AlertRule } from '../core/alert.ts'
import type { Run } from '../core/run.ts'
import type { SeenType } from '../core/seen.ts'
import { sampleRun } from '../../test/support/samples.ts'
import { fits, isWatched, matchOf, type AlertMatch } from './alerts.ts'

function seen(type: string, ...names: string[]): SeenType {
  return { type, properties: names.map((name) => ({ name, importance: 'required', kinds: ['text'] })) }
}

interface Compared {
  run?: Partial<Run>
  before?: Partial<Pick<Run, 'score' | 'seen'>>
}

function find(condition: AlertCondition, { run = {}, before }: Compared, cel = false): AlertMatch | null {
  const previous = before === undefined ? null : { id: 'before', score: null, seen: null, ...before }
  const facts = {
    run: sampleRun(run),
    previous: {
      scored: previous?.score == null ? null : previous,
      seen: previous?.seen == null ? null : previous,
    },
  }
  return matchOf(condition, facts, () => cel)
}

describe('score_threshold', () => {
  const below: AlertCondition = { type: 'score_threshold', operator: 'lt', value: 75 }

  it('says the score, and what it was', () => {
    expect(find(below, { run: { score: 72 }, before: { score: 88 } })).toEqual({
      message: 'The score is 72, below 75; it was 88.',
      before: '88',
      after: '72',
    })
    expect(find(below, { run: { score: 72 } })?.message).toBe('The score is 72, below 75.')
  })

  it('needs a score, on the right side of the value', () => {
    expect(find(below, { run: { score: 75 } })).toBeNull()
    expect(find(below, { run: { score: null } })).toBeNull()
    expect(find({ ...below, operator: 'lte' }, { run: { score: 75 } })).not.toBeNull()
    expect(find({ ...below, operator: 'gt' }, { run: { score: 75.1 } })).not.toBeNull()
    expect(find({ ...below, operator: 'gte' }, { run: { score: 74.9 } })).toBeNull()
    expect(find({ ...below, operator: 'eq' }, { run: { score: 75 } })).not.toBeNull()
  })
})

describe('score_drop', () => {
  const drop: AlertCondition = { type: 'score_drop', value: 5 }

  it('compares with the run before', () => {
    expect(find(drop, { run: { score: 83.1 }, before: { score: 88.1 } })).toEqual({
      message: 'The score fell by 5 points, from 88.1 to 83.1.',
      before: '88.1',
      after: '83.1',
    })
    expect(find(drop, { run: { score: 83.2 }, before: { score: 88.1 } })).toBeNull()
    expect(find(drop, { run: { score: 10 } })).toBeNull()
  })
})

describe('property_missing', () => {
  const of = (property: string, run: SeenType[] | null, before: SeenType[] | null = null) =>
    find({ type: 'property_missing', property }, { run: { seen: run }, before: { seen: before } })

  it('of one type: the type is there without it', () => {
    const article = [seen('Article', 'author')]
    expect(of('Article.headline', article, [seen('Article', 'headline')])).toEqual({
      message: 'The property Article.headline is missing.',
      before: 'present',
      after: 'missing',
    })
    expect(of('Article.headline', article)?.before).toBeNull()
    expect(of('Article.author', article)).toBeNull()
    expect(of('Product.name', article)).toBeNull()
  })

  it('of any type: nothing has it', () => {
    expect(of('image', [seen('Article', 'author'), seen('Product', 'image')])).toBeNull()
    expect(of('image', [seen('Article', 'author')])).not.toBeNull()
    expect(of('image', [])).toBeNull()
    expect(of('image', null)).toBeNull()
  })
})

describe('type_removed', () => {
  const of = (schemaType: string | null, after: SeenType[] | null, before: SeenType[] | null) =>
    find({ type: 'type_removed', schemaType }, { run: { seen: after }, before: { seen: before } })

  it('names what is gone, of all types or of the one asked for', () => {
    const before = [seen('Article'), seen('Event'), seen('Product')]
    expect(of(null, [seen('Product')], before)).toEqual({
      message: 'The types Article, Event are gone.',
      before: 'Article, Event, Product',
      after: 'Product',
    })
    expect(of('Event', [], before)?.message).toBe('The type Event is gone.')
    expect(of('Event', [seen('Event')], before)).toBeNull()
  })

  it('names some of many, and says how many more there are', () => {
    const before = Array.from({ length: 200 }, (_, index) => seen(`${index}`.padStart(100, 'T')))
    const match = of(null, [], before)
    expect(match?.message).toMatch(/ and 180 more are gone\.$/)
    expect(match?.before).toMatch(/ and 180 more$/)
    expect(match?.message.length).toBeLessThan(3_000)
  })

  it('is nothing without a run before, or with none that looked', () => {
    expect(of(null, [], null)).toBeNull()
    expect(of(null, null, [seen('Article')])).toBeNull()
  })
})

describe('errors and cel', () => {
  it('counts errors', () => {
    const counts = { error: 1, warning: 9, info: 9 }
    expect(find({ type: 'errors', operator: 'gte', value: 1 }, { run: { counts } })?.message).toBe(
      'The run has 1 error; the rule asks for 1 or more.',
    )
    expect(find({ type: 'errors', operator: 'gt', value: 1 }, { run: { counts } })).toBeNull()
  })

  it('takes the word of whoever judged the expression', () => {
    const cel: AlertCondition = { type: 'cel', expression: 'data.score < 50' }
    expect(find(cel, {}, true)?.message).toBe('The run satisfies data.score < 50.')
    expect(find(cel, {}, false)).toBeNull()
  })
})

describe('which runs a rule looks at', () => {
  const rule: AlertRule = {
    id: 'rule_1',
    organizationId: 1,
    name: 'Any',
    enabled: true,
    scope: { type: 'all' },
    condition: { type: 'score_drop', value: 5 },
    severity: 'warning',
    notifyVia: ['webhook'],
    recipients: [],
    cooldownSeconds: 0,
    createdAt: 0,
    updatedAt: 0,
  }
  const watched = (changes: Partial<AlertRule>, run: Partial<Run> = {}) =>
    isWatched(
      { ...rule, ...changes },
      sampleRun({ result: 'FAIL', subject: 'https://example.com/blog/a', ...run }),
    )

  it('those with a verdict, when it is enabled', () => {
    expect(watched({})).toBe(true)
    expect(watched({ enabled: false })).toBe(false)
    expect(watched({}, { result: 'ERROR' })).toBe(false)
    expect(watched({}, { result: 'CANCELED' })).toBe(false)
  })

  it('those in its scope', () => {
    expect(watched({ scope: { type: 'project', projectId: sampleRun().projectId } })).toBe(true)
    expect(watched({ scope: { type: 'project', projectId: 'proj_other' } })).toBe(false)
    const pattern = (urlPattern: string) => ({ scope: { type: 'url_pattern', urlPattern } as const })
    expect(watched(pattern('https://example.com/blog/*'))).toBe(true)
    expect(watched(pattern('https://example.com/shop/*'))).toBe(false)
    expect(watched(pattern('*'), { subject: null })).toBe(false)
  })
})

describe('a pattern', () => {
  it.each([
    ['https://a.example/x', 'https://a.example/x', true],
    ['https://a.example/x', 'https://a.example/', false],
    ['https://a.example/x.y', 'https://a?example/x.y', false],
    ['aXbYc', 'a*b*c', true],
    ['aXc', 'a*b*c', false],
    ['aba', 'ab*ba', false],
    ['abba', 'ab*ba', true],
    ['', '*', true],
    ['anything', '**', true],
  ])('%s fits %s: %s', (text, pattern, expected) => {
    expect(fits(text, pattern)).toBe(expected)
  })

  it('says what the regular expression of the same meaning says', () => {
    const letters = fc.stringMatching(/^[ab*]{0,12}$/)
    fc.assert(
      fc.property(fc.stringMatching(/^[ab]{0,12}$/), letters, (text, pattern) => {
        expect(fits(text, pattern)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text))
      }),
    )
  })
})
