import { describe, expect, it } from 'vitest'
import { readSubmission, type SubmissionRequest } from './submission.ts'

const read = (body: SubmissionRequest['body'] | string, rest: Partial<SubmissionRequest> = {}) =>
  readSubmission({
    body: typeof body === 'string' ? Buffer.from(body) : body,
    contentType: null,
    contentEncoding: null,
    fileName: null,
    subject: null,
    judgesPages: false,
    ...rest,
  })
const json = (value: unknown, rest: Partial<SubmissionRequest> = {}) =>
  read(typeof value === 'string' ? value : JSON.stringify(value), {
    contentType: 'application/json',
    ...rest,
  })
const refusal = (code: string, field: string): unknown =>
  expect.objectContaining({ code, errors: [expect.objectContaining({ field })] })

describe('a body that says it is an envelope', () => {
  const envelope = (value: unknown) =>
    json(value, { contentType: 'application/vnd.sealpost.submission+json; charset=utf-8' })

  it('is one, whatever the workflow judges', () => {
    expect(envelope({ url: 'https://example.com/a' })).toMatchObject({ content: null })
    expect(envelope({ content: '<a/>' }).content?.toString()).toBe('<a/>')
  })

  it('is held to it', () => {
    expect(() => envelope({})).toThrow(refusal('invalid_request', 'content'))
    expect(() => envelope({ content: 1, price: 2 })).toThrow(refusal('invalid_request', 'price'))
    expect(() => envelope('{"url":')).toThrow(expect.objectContaining({ code: 'malformed_json' }))
  })
})

describe('a raw body', () => {
  it('is the document, byte for byte', () => {
    const bytes = Buffer.from([0, 255, 10, 13])
    expect(read(bytes, { contentType: 'text/csv; charset=utf-8', fileName: 'a.csv', subject: 's' })).toEqual({
      content: bytes,
      contentType: 'text/csv; charset=utf-8',
      fileName: 'a.csv',
      subject: 's',
      url: null,
      metadata: {},
    })
  })

  it('is decoded when Content-Encoding says base64, with line breaks or without', () => {
    expect(read('eyJh\nIjox\r\nfQ==\n', { contentEncoding: 'Base64' }).content?.toString()).toBe('{"a":1}')
  })

  it.each(['eyJhIjoxfQ', 'eyJ$IjoxfQ==', '=eyJhIjoxfQ'])('is refused when %s is no base64', (text) => {
    expect(() => read(text, { contentEncoding: 'base64' })).toThrow(
      refusal('malformed_body', 'content_encoding'),
    )
  })

  it('is refused in a coding that is not read here', () => {
    expect(() => read('x', { contentEncoding: 'gzip' })).toThrow(
      refusal('unsupported_media_type', 'Content-Encoding'),
    )
  })

  it('may name a page alone, where pages are judged', () => {
    const page = { url: 'https://example.com/a' }
    expect(json(page, { judgesPages: true })).toMatchObject({ content: null, ...page })
    expect(json(page).content?.toString()).toBe(JSON.stringify(page))
    expect(json({ ...page, price: 1 }, { judgesPages: true }).content?.toString()).toContain('price')
    expect(json({ ...page, content: '<p>' }, { judgesPages: true }).content?.toString()).toBe('<p>')
    expect(() => json({ url: 'ftp://example.com/' }, { judgesPages: true })).toThrow(
      refusal('invalid_request', 'url'),
    )
  })

  it('has a content type of at most 255 characters', () => {
    const contentType = 'text/x'.padEnd(255, 'x')
    expect(read('x', { contentType }).contentType).toBe(contentType)
    expect(() => read('x', { contentType: `${contentType}x` })).toThrow(
      refusal('invalid_request', 'Content-Type'),
    )
    expect(read('x', { contentType: ' ' }).contentType).toBeNull()
  })

  it('must be there', () => {
    expect(() => read('')).toThrow(refusal('invalid_request', 'body'))
    expect(() => read(null)).toThrow(refusal('invalid_request', 'body'))
  })

  it('may have a file name in UTF-8, but none with control characters', () => {
    expect(read('x', { fileName: Buffer.from('größe.json').toString('latin1') }).fileName).toBe('größe.json')
    expect(() => read('x', { fileName: 'a\tb' })).toThrow(refusal('invalid_request', 'X-Filename'))
  })
})

describe('a JSON body', () => {
  it('is an envelope when it has content and no key but an envelope’s', () => {
    const envelope = {
      content: '<a/>',
      content_type: 'application/xml',
      filename: 'a.xml',
      metadata: { commit: 'x' },
      subject: 'mine',
      url: 'https://example.com/a.xml',
    }
    expect(json(envelope, { subject: 'of the query' })).toEqual({
      content: Buffer.from('<a/>'),
      isText: true,
      contentType: 'application/xml',
      fileName: 'a.xml',
      metadata: { commit: 'x' },
      subject: 'mine',
      url: 'https://example.com/a.xml',
    })
  })

  it.each([
    { contents: 'x' },
    { content: 'x', price: 1 },
    ['content'],
    'content',
    { nested: { content: 'x' } },
  ])('is itself the document otherwise: %j', (document) => {
    const text = JSON.stringify(document)
    expect(json(text).content?.toString()).toBe(text)
  })

  it('is itself the document when it is not JSON at all, or deeper than anybody looks', () => {
    expect(json('{"content":').content?.toString()).toBe('{"content":')
    const deep = `{"content":${'['.repeat(300)}${']'.repeat(300)}}`
    expect(json(deep).content?.toString()).toBe(deep)
  })

  it('keeps numbers as they were written', () => {
    const content = '{"id":12345678901234567890,"price":1.10,"big":1e400,"small":7}'
    const submission = json(`{ "content": ${content} }`)
    expect(submission.content?.toString()).toBe(content)
    expect(submission.contentType).toBe('application/json')
  })

  it.each([
    '{"content":"\\ud800"}',
    '{"content":1,"subject":"\\ud800"}',
    '{"content":1,"metadata":{"\\ud800":1}}',
  ])('is refused as an envelope with half of a surrogate pair: %s', (text) => {
    expect(() => json(text)).toThrow(refusal('malformed_json', 'body'))
  })

  it('keeps half of a surrogate pair in a document, which is to be judged as it is', () => {
    expect(json('{"content":{"a":"\\ud800"}}').content?.toString()).toBe('{"a":"\\ud800"}')
  })

  it('may hold base64', () => {
    expect(json({ content: 'AP8K', content_encoding: 'base64' }).content).toEqual(Buffer.from([0, 255, 10]))
    expect(() => json({ content: 'A', content_encoding: 'base64' })).toThrow(
      refusal('malformed_body', 'content_encoding'),
    )
    expect(() => json({ content: {}, content_encoding: 'base64' })).toThrow(
      refusal('malformed_body', 'content_encoding'),
    )
  })

  it.each([
    [{ content: 'x', content_encoding: 'gzip' }, 'content_encoding'],
    [{ content: 'x', metadata: 'x' }, 'metadata'],
    [{ content: 'x', url: 'ftp://example.com/' }, 'url'],
    [{ content: 'x', subject: '' }, 'subject'],
  ])('is refused as an envelope with a wrong field: %j', (envelope, field) => {
    expect(() => json(envelope)).toThrow(refusal('invalid_request', field))
  })
})

describe('a form', () => {
  const file = { content: Buffer.from('a,b'), name: 'a.csv', contentType: 'text/csv' }

  it('names its file itself, unless a part says otherwise', () => {
    expect(read({ file, texts: {} })).toMatchObject({
      fileName: 'a.csv',
      contentType: 'text/csv',
      content: file.content,
    })
    expect(
      read({ file, texts: { filename: 'b.csv', content_type: 'text/plain', metadata: '{"a":1}' } }),
    ).toMatchObject({ fileName: 'b.csv', contentType: 'text/plain', metadata: { a: 1 } })
  })

  it('needs its file, and no part besides the known ones', () => {
    expect(() => read({ file: null, texts: {} })).toThrow(refusal('invalid_request', 'file'))
    expect(() => read({ file, texts: { extra: '1' } })).toThrow(refusal('invalid_request', 'extra'))
    const long = { ...file, contentType: 'text/x'.padEnd(256, 'x') }
    expect(() => read({ file: long, texts: {} })).toThrow(refusal('invalid_request', 'content_type'))
    expect(() => read({ file: { ...file, name: 'a\nb' }, texts: {} })).toThrow(
      refusal('invalid_request', 'filename'),
    )
    expect(() => read({ file, texts: { metadata: '{' } })).toThrow(refusal('invalid_request', 'metadata'))
    expect(() => read({ file, texts: { metadata: '[1]' } })).toThrow(refusal('invalid_request', 'metadata'))
  })
})
