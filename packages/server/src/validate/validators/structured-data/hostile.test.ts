import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../core/clock.ts'
import { documentSubmission, type Verdict } from '../../../core/run.ts'
import type { Step } from '../../../core/workflow.ts'
import { createValidatorPool, type ValidatorPool } from '../../pool.ts'

// Pages that were made to be a burden, in real worker threads: each ends in a verdict or at a limit of the pool.

const STEP: Step = { type: 'structured-data', name: 'Data', failureMode: 'blocking', config: {} }
const MEGABYTE = 1024 * 1024
const PAGE_BYTES = 10 * MEGABYTE

const pools: ValidatorPool[] = []

function poolWith(changes: { timeoutMs?: number; memoryMb?: number } = {}): ValidatorPool {
  return createValidatorPool({
    threads: 1,
    timeoutMs: 120_000,
    memoryMb: 128,
    clock: systemClock,
    ...changes,
  })
}

const shared = poolWith()
afterAll(() => shared.close())
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
})

function judge(text: string, pool = shared): Promise<Verdict> {
  return pool.judge(
    { organizationId: 1, steps: [STEP], purpose: 'run' },
    documentSubmission(Buffer.from(text), 'text/html'),
  )
}

async function codesOf(text: string): Promise<string[]> {
  const verdict = await judge(text)
  expect(verdict.errorCategory).toBeNull()
  return [...new Set(verdict.findings.map(({ code }) => code))].sort()
}

function script(json: string): string {
  return `<script type="application/ld+json">${json}</script>`
}

function graph(count: number, node: (index: number) => object): string {
  const nodes = Array.from({ length: count }, (_, index) => node(index))
  return script(JSON.stringify({ '@context': 'https://schema.org', '@graph': nodes }))
}

const BRAND = '<p itemscope itemtype="https://schema.org/Brand"><b itemprop="name">Lumen</b></p>'

describe('a page of 10 MB', () => {
  it.each<[string, string]>([
    ['text', 'lorem ipsum '],
    ['line breaks', '\n'],
    ['spaces', ' '],
    ['elements that are never closed', '<p>'],
    ['comments that are never closed', '<!--'],
    ['angle brackets', '<'],
    ['scripts that are empty', script('')],
    ['line breaks of two characters', '\r\n'],
    ['bold text that ends outside of its paragraph', '<b><p></b>'],
    ['bold text that every paragraph repeats', '<p><b><i><u><s><font>x'],
    ['tables', '<table>'],
    ['attributes', '<html a b c d e>'],
    ['entities', '&amp;'],
  ])('of %s is judged', async (_, piece) => {
    const filler = piece.repeat((PAGE_BYTES - BRAND.length) / piece.length)
    expect(await judge(`${BRAND}${filler}`)).toMatchObject({ result: 'PASS', score: 75 })
  })
})

describe('what takes a careless parser quadratic time or more', () => {
  const numbered = (write: (index: number) => string): string =>
    Array.from({ length: 200_000 }, (_, n) => write(n)).join('')

  it.each<[string, string]>([
    ['attributes of one element', `<p ${numbered((n) => `a${n} `)}>`],
    ['formatting elements that are all different', numbered((n) => `<p><b a${n}>`)],
    ['words in a table', `<table>${'lorem ipsum '.repeat(500_000)}`],
    ['elements in a table that stand before it', `<table>${'<b>x</b>'.repeat(200_000)}`],
    ['end tags of what is not open, deep down', `${'<span>'.repeat(900)}${'</x>'.repeat(MEGABYTE)}`],
    ['second bodies', numbered((n) => `<body a${n}>`)],
    [
      'words in a value',
      `<b itemscope itemtype="https://schema.org/Thing"><b itemprop="name">${'lorem '.repeat(MEGABYTE)}`,
    ],
  ])('costs a page no more: %s', async (_, burden) => {
    expect(await judge(`${BRAND}${burden}`)).toMatchObject({ result: 'PASS' })
  })

  it('costs XHTML no more', async () => {
    const entities = Array.from({ length: 9 }, (_, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(10)}">`)
    const asXhtml = async (text: string) => {
      const verdict = await shared.judge(
        { organizationId: 1, steps: [STEP], purpose: 'run' },
        documentSubmission(Buffer.from(text), 'application/xhtml+xml'),
      )
      return verdict.findings.map(({ code }) => code)
    }
    const open = '<html xmlns="http://www.w3.org/1999/xhtml">'
    expect(
      await asXhtml(`<!DOCTYPE html [<!ENTITY e0 "x">${entities.join('')}]>${open}&e9;</html>`),
    ).toContain('xml_syntax')
    expect(await asXhtml(`${open}<p ${numbered((n) => `a${n}="" `)}/></html>`)).toContain('too_much_data')
    expect(await asXhtml(`${open}${'<p>'.repeat(MEGABYTE)}`)).toContain('too_much_data')
    expect(await asXhtml(`${open}${'<p/>'.repeat(MEGABYTE)}</html>`)).toContain('too_much_data')
  })
})

describe('depth', () => {
  it('of JSON ends where it is deeper than is read', async () => {
    expect(await codesOf(script('{"a":'.repeat(500_000)))).toEqual(['json_syntax'])
    expect(await codesOf(script('['.repeat(5 * MEGABYTE)))).toEqual(['json_syntax'])
  })

  it.each([
    '<div itemscope itemtype="https://schema.org/Brand">',
    '<div itemscope itemtype="https://schema.org/Person" itemprop="knows">',
    '<div vocab="https://schema.org/" typeof="Person" property="knows">',
  ])('of 100,000 times %s ends where it is deeper than is read', async (tag) => {
    const codes = await codesOf(tag.repeat(100_000))
    expect(codes).toEqual(expect.arrayContaining(['nested_too_deeply', 'required', 'too_much_data']))
  })

  it('costs nothing of what stands before it', async () => {
    const verdict = await judge(`${BRAND}${'<i itemscope>'.repeat(100_000)}`)
    expect(verdict).toMatchObject({ result: 'PASS', score: 75 })
  })
})

describe('numbers', () => {
  it.each<[string, string]>([
    ['things', graph(20_000, () => ({ '@type': 'Person' }))],
    [
      'types of a thing',
      graph(1, () => ({ '@type': Array.from({ length: 10_000 }, (_, index) => `T${index}`) })),
    ],
    ['values', graph(1, () => ({ '@type': 'Person', name: Array(200_000).fill('x') }))],
    [
      'itemprops',
      `<p itemscope itemtype="https://schema.org/Brand">${'<b itemprop=name>x</b>'.repeat(450_000)}`,
    ],
    [
      'names in an itemprop',
      `<p itemscope itemtype="https://schema.org/Brand"><meta itemprop="${Array.from({ length: 200_000 }, (_, n) => `a${n}`).join(' ')}" content="x">`,
    ],
    [
      'things with the same itemref',
      `<p id="a">${'<b itemprop="name">x</b>'.repeat(9_000)}</p>${'<i itemscope itemtype="https://schema.org/Brand" itemref="a"></i>'.repeat(9_000)}`,
    ],
  ])('too many %s are told, and the first are judged', async (_, page) => {
    expect(await codesOf(page)).toContain('too_much_data')
  })

  it('of unknown names are counted, and a thousand told', async () => {
    const names = Array.from({ length: 90_000 }, (_, index) => [`nam${index}`, 'x'])
    const verdict = await judge(graph(1, () => ({ '@type': 'Person', ...Object.fromEntries(names) })))
    expect(verdict.findings).toHaveLength(1_000)
    expect(verdict.counts.warning).toBeGreaterThan(90_000)
  })
})

describe('references', () => {
  it('in circles, and shared so often that copies would outnumber the atoms, are judged once for each thing', async () => {
    const verdict = await judge(
      graph(60, (index) => ({
        '@type': 'Person',
        '@id': `#${index}`,
        knows: Array.from({ length: 50 }, () => ({ '@id': `#${(index + 1) % 60}` })),
      })),
    )
    expect(verdict).toMatchObject({ result: 'FAIL', counts: { error: 60, warning: 60 } })
    expect(verdict.scoredTypes).toMatchObject([{ type: 'Person', things: 60 }])
  })

  it('of contexts to themselves and to each other end', async () => {
    const terms = Array.from({ length: 20_000 }, (_, index) => [`t${index}`, `t${(index + 1) % 20_000}:x`])
    const nodes = terms
      .slice(0, 5_000)
      .map(([name]) => ({ '@type': name, '@context': { [`u${name ?? ''}`]: 'x:y' } }))
    const text = script(JSON.stringify({ '@context': Object.fromEntries(terms), '@graph': nodes }))
    expect(await codesOf(text)).toEqual([])
  })
})

describe('what no bound of the reader catches', () => {
  it('is stopped when its time is up, and the pool serves on', async () => {
    // Within the reader's bounds the page takes some four times as long, and the brand a small part of it.
    const pool = poolWith({ timeoutMs: 300 })
    pools.push(pool)
    const page = `<div vocab="https://schema.org/" typeof="Brand" property="name">${'<b>x</b>'.repeat(900_000)}</div>`
    expect(await judge(page, pool)).toMatchObject({ result: 'TIMED_OUT' })
    expect(await judge(BRAND, pool)).toMatchObject({ result: 'PASS' })
  })

  it('is stopped when it fills the memory, and the pool serves on', async () => {
    const pool = poolWith({ memoryMb: 64 })
    pools.push(pool)
    const copies = (index: number) => `<link property="rdfa:copy" href="#p${index + 1}">`.repeat(2)
    const patterns = Array.from(
      { length: 40 },
      (_, index) => `<div resource="#p${index}" typeof="rdfa:Pattern">${copies(index)}</div>`,
    )
    const page = `<div vocab="https://schema.org/">${patterns.join('')}<p typeof="Brand"><link property="rdfa:copy" href="#p0"></p></div>`
    expect(await judge(page, pool)).toMatchObject({ result: 'ERROR', errorCategory: 'OOM' })
    expect(await judge(BRAND, pool)).toMatchObject({ result: 'PASS' })
  })
})
