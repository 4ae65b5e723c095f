import { describe, expect, it } from 'vitest'
import { createLines } from '../../lines.ts'
import { pathOf } from './path.ts'
import { kindOf, readJsonText, readPageText } from './read-text.ts'
import { below } from './thing.ts'

const LATIN1 = Buffer.from('<p>Z\xfcrich</p>', 'latin1')

describe('readPageText', () => {
  it.each<[string, Buffer, string | null]>([
    ['UTF-8', Buffer.from('Zürich'), null],
    ['a byte order mark', Buffer.from('\ufeffZürich'), 'text/html; charset=latin1'],
    ['UTF-16', Buffer.from('\ufeffZürich', 'utf16le'), null],
    ['the content type', Buffer.from('Z\xfcrich', 'latin1'), 'text/html; Charset="ISO-8859-1"'],
    ['a charset that nobody knows', Buffer.from('Zürich'), 'text/html; charset=klingon'],
  ])('goes by %s', (_, content, contentType) => {
    expect(readPageText(content, contentType, false).text).toBe('Zürich')
    expect(readPageText(content, contentType, true).text).toBe('Zürich')
  })

  it.each([
    '<meta charset=windows-1252>',
    '<META http-equiv="Content-Type" content="text/html; charset=iso-8859-1">',
  ])('goes by %s', (meta) => {
    expect(readPageText(Buffer.concat([Buffer.from(meta), LATIN1]), 'text/html', false).text).toContain(
      'Zürich',
    )
  })

  it('takes a meta that says UTF-16 for UTF-8, since it could be read', () => {
    expect(readPageText(Buffer.from('<meta charset="utf-16">Zürich'), null, false).text).toContain('Zürich')
  })
})

describe('readJsonText', () => {
  it('is UTF-8, whatever a value of it says', () => {
    expect(readJsonText(Buffer.from('"<meta charset=latin1>Zürich"'), 'application/json')).toContain('Zürich')
    expect(readJsonText(Buffer.from('Z\xfcrich', 'latin1'), 'application/json;charset=latin1')).toBe('Zürich')
  })
})

describe('kindOf', () => {
  it.each<[string | null, string, string]>([
    ['text/html; charset=utf-8', '{', 'html'],
    ['Application/XHTML+XML', '<html>', 'xhtml'],
    ['application/ld+json', '<', 'json'],
    ['application/json', '{', 'json'],
    ['text/plain', ' <p>', 'html'],
    [null, '\n[', 'json'],
    ['application/octet-stream', 'PK', 'unknown'],
    [null, '', 'unknown'],
  ])('of %s with %j is %s', (contentType, text, kind) => {
    expect(kindOf(contentType, Buffer.from(text))).toBe(kind)
  })
})

describe('createLines', () => {
  it('counts lines and columns from 1, whatever ends a line', () => {
    const lines = createLines('a\nb\r\nc\rd')
    expect([0, 1, 2, 5, 7].map((offset) => lines.at(offset))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 2 },
      { line: 2, column: 1 },
      { line: 3, column: 1 },
      { line: 4, column: 1 },
    ])
  })
})

describe('pathOf', () => {
  it('is a JSON Pointer', () => {
    const root = { parent: null, segment: '' }
    expect(pathOf(root)).toBe('')
    expect(pathOf(below(below(root, 'a/b~c'), 0))).toBe('/a~1b~0c/0')
    expect(pathOf(below({ parent: null, segment: 'script[1]' }, '@graph'))).toBe('/script[1]/@graph')
  })

  it('ends somewhere, even if it goes round in a circle', () => {
    const one = { parent: null, segment: 'a' }
    const other = below(one, 'b')
    Object.assign(one, { parent: other })
    expect(pathOf(one)).toMatch(/^…(?:\/[ab])+$/)
    expect(pathOf(below(null, '/'.repeat(1_000_000))).length).toBeLessThanOrEqual(1_000)
  })
})
