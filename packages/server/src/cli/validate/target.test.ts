import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { targetOf, type DocumentLabels } from './target.ts'

type Given = Parameters<typeof targetOf>[1]
const NOTHING: Given = { contentType: null, subject: null }
const labelsOf = (argument: string, given: Given = NOTHING): DocumentLabels | null => {
  const target = targetOf(argument, given, '/work/shop')
  return target.kind === 'file' ? target.labels : null
}

test.each([
  { argument: 'a.json', contentType: 'application/json' },
  { argument: 'a.JSONLD', contentType: 'application/ld+json' },
  { argument: 'a.html', contentType: 'text/html' },
  { argument: 'a.xml', contentType: 'application/xml' },
  { argument: 'a.csv', contentType: 'text/csv' },
  { argument: 'a.yml', contentType: 'application/yaml' },
  { argument: 'Makefile', contentType: null },
  { argument: '.json', contentType: null },
])('$argument is $contentType', ({ argument, contentType }) => {
  expect(labelsOf(argument)?.contentType).toBe(contentType)
})

describe('the subject of a file', () => {
  test.each([
    { argument: 'data/a.json', subject: 'data/a.json' },
    { argument: './data/../data/a.json', subject: 'data/a.json' },
    { argument: '/work/shop/data/a.json', subject: 'data/a.json' },
    // The file name says it already.
    { argument: 'a.json', subject: null },
    { argument: '/work/shop/a.json', subject: null },
    // Where somebody keeps their files is nobody else's business.
    { argument: '/home/ada/a.json', subject: null },
    { argument: '../other/a.json', subject: null },
  ])('of $argument is $subject', ({ argument, subject }) => {
    expect(labelsOf(argument)).toMatchObject({ fileName: 'a.json', subject })
  })

  test('is what the caller says, if they do', () => {
    expect(labelsOf('data/a.json', { contentType: 'text/x', subject: 'mine' })).toEqual({
      fileName: 'a.json',
      contentType: 'text/x',
      subject: 'mine',
    })
  })
})

test('- is standard input, which has no name; a URL is none of the files', () => {
  expect(labelsOf('-')).toEqual({ fileName: null, contentType: null, subject: null })
  expect(targetOf('HTTPS://example.com/a.json', NOTHING, '/')).toMatchObject({ kind: 'url' })
})

test('names are such as the server takes, whatever the file is called', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 600 }), (name) => {
      fc.pre(!name.includes('\0') && name !== '-')
      const labels = labelsOf(`data/${name}`)
      for (const [text, max] of [
        [labels?.fileName, 255],
        [labels?.subject, 500],
      ] as const) {
        if (text == null) continue
        expect(text.length).toBeLessThanOrEqual(max)
        expect(text).not.toMatch(/\p{Cc}/u)
      }
    }),
  )
})
