import { describe, expect, it } from 'vitest'
import { NETWORK_ERRORS } from '../net/network-errors.ts'
import { PAGE_ERRORS } from './page-errors.ts'
import { readHead } from './page-head.ts'

describe('a status', () => {
  it.each([
    [401, 'http_client_error', 'The server does not show this page to everybody (401 Unauthorized).'],
    [403, 'http_client_error', 'The server does not show this page to everybody (403 Forbidden).'],
    [404, 'http_client_error', 'The server has no page at this URL (404 Not Found).'],
    [410, 'gone', 'The server said that this page is gone for good (410).'],
    [418, 'http_client_error', "The server refused the request (418 I'm a Teapot)."],
    [429, 'rate_limited', 'The server asks for fewer requests (429).'],
    [500, 'http_server_error', 'The server failed (500 Internal Server Error).'],
    [599, 'http_server_error', 'The server failed (599).'],
    [
      300,
      'http_unexpected_status',
      'The server answered 300 Multiple Choices, which is no answer to a plain request for a page.',
    ],
    [
      304,
      'http_unexpected_status',
      'The server answered 304 Not Modified, which is no answer to a plain request for a page.',
    ],
    [
      999,
      'http_unexpected_status',
      'The server answered 999, which is no answer to a plain request for a page.',
    ],
  ])('%i is refused as %s', (status, code, message) => {
    const headers = { 'content-type': 'text/html', location: '/a' }
    expect(readHead(status, headers)).toEqual({ kind: 'refused', code, message })
  })

  it.each([301, 302, 303, 307, 308])('%i is a redirect, whatever its type', (status) => {
    const headers = { location: '/a', 'content-type': 'image/png' }
    expect(readHead(status, headers)).toEqual({ kind: 'redirect', location: '/a' })
  })

  it.each([200, 201, 299])('%i is a page', (status) => {
    expect(readHead(status, { 'content-type': 'text/html' }).kind).toBe('page')
  })
})

describe('Location', () => {
  // undici hands repeated headers over as a list, whatever the type says.
  const repeated = (...values: string[]): string => values as unknown as string

  it('may be repeated, if all say the same', () => {
    expect(readHead(302, { location: repeated('/a', '/a') })).toEqual({ kind: 'redirect', location: '/a' })
  })

  it.each([[undefined], [repeated('/a', '/b')], [repeated()]])('%j names no place', (location) => {
    const headers = location === undefined ? {} : { location }
    expect(readHead(302, headers)).toEqual({ kind: 'redirect', location: null })
  })
})

describe('Content-Type', () => {
  it.each([
    'text/html',
    'TEXT/HTML; charset="iso-8859-1"',
    'application/xhtml+xml',
    'application/ld+json; profile=x',
    'application/json',
    'application/vnd.api+json',
  ])('%s is read, and kept as it came', (contentType) => {
    const head = readHead(200, { 'content-type': contentType })
    expect(head).toEqual({ kind: 'page', contentType, coding: 'identity' })
  })

  it.each([undefined, '', ' '])('%j is taken for HTML', (contentType) => {
    const headers = contentType === undefined ? {} : { 'content-type': contentType }
    expect(readHead(200, headers)).toEqual({ kind: 'page', contentType: 'text/html', coding: 'identity' })
  })

  it.each([
    'text/plain; charset=utf-8',
    'image/png',
    'text/html, text/plain',
    'html',
    'application/xml',
    '+json',
  ])('%s is refused', (contentType) => {
    const message = `The URL leads to ${contentType}, not to a page. HTML and JSON are read.`
    expect(readHead(200, { 'content-type': contentType })).toEqual({
      kind: 'refused',
      code: 'content_type_not_supported',
      message,
    })
  })
})

describe('Content-Encoding', () => {
  it.each([
    ['', 'identity'],
    ['identity', 'identity'],
    ['gzip', 'gzip'],
    ['X-GZIP', 'gzip'],
    [' br', 'br'],
  ])('%j is %s', (encoding, coding) => {
    expect(readHead(200, { 'content-encoding': encoding })).toMatchObject({ kind: 'page', coding })
  })

  it.each(['zstd', 'deflate', 'gzip, gzip', 'constructor'])('%s is refused', (encoding) => {
    expect(readHead(200, { 'content-encoding': encoding })).toEqual({
      kind: 'refused',
      code: 'content_encoding_not_supported',
      message: `The page is packed as "${encoding}", which was not asked for. Only gzip and br are unpacked.`,
    })
  })
})

it('a page that says it is too large is not read', () => {
  expect(readHead(200, { 'content-length': '10485760' }).kind).toBe('page')
  expect(readHead(200, { 'content-length': '10485761' })).toMatchObject({
    kind: 'refused',
    code: 'page_too_large',
  })
})

it('what another server wrote is shown as plain text of bounded length', () => {
  const head = readHead(200, { 'content-type': `\u001b[31m${'a'.repeat(5_000)}` })
  expect(head).toMatchObject({ code: 'content_type_not_supported' })
  expect('message' in head && head.message).toMatch(/^The URL leads to \?\[31ma{195}, not to a page/)
})

it('a page can fail in every way in which any request can', () => {
  expect(Object.keys(PAGE_ERRORS)).toEqual(expect.arrayContaining(Object.keys(NETWORK_ERRORS)))
})
