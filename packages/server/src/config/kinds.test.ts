import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'
import * as kinds from './kinds.ts'

function read<Value>(kind: kinds.Kind<Value>, raw: kinds.RawValue): Value | 'refused' {
  const parsed = kind.parse(raw)
  return 'value' in parsed ? parsed.value : 'refused'
}

const port = kinds.integer('PORT', 0, 65_535)

describe.each([
  {
    name: 'integer',
    kind: port,
    right: { '0': 0, ' 8080 ': 8080, '65535': 65_535 },
    wrong: ['65536', '-1', '1.5', '1e3', '', 'x'],
  },
  {
    name: 'boolean',
    kind: kinds.boolean,
    right: { TRUE: true, '0': false, off: false },
    wrong: ['', '2', 'maybe'],
  },
  {
    name: 'host',
    kind: kinds.host,
    right: { '::': '::', 'fe80::1': 'fe80::1', '255.1.1.1': '255.1.1.1', 'a-b.example': 'a-b.example' },
    wrong: ['', '-a', 'a b', 'http://a', 'a:80', '300.1.1.1', '1.2.3.4.5', 'fe80::1%lo', '[::1]'],
  },
  {
    name: 'base URL',
    kind: kinds.baseUrl,
    right: { 'https://a.example/': 'https://a.example', 'HTTP://a.example/b/': 'http://a.example/b' },
    wrong: ['a.example', 'ftp://a', 'https://a/?q', 'https://u:p@a', 'https://a/#f', ''],
  },
  {
    name: 'networks',
    kind: kinds.networks,
    right: { '10.0.0.0/8,::1/128': ['10.0.0.0/8', '::1/128'], '': [] },
    wrong: ['10.0.0.0', '10.0.0.0/33', '::1/129', '10.0/8', '10.0.0.0/8/9', 'a/8', '10.0.0.0/'],
  },
  {
    name: 'name servers',
    kind: kinds.nameServers,
    right: { '1.1.1.1': ['1.1.1.1'], '[::1]:53, ::2, 1.1.1.1:5353': ['[::1]:53', '::2', '1.1.1.1:5353'] },
    wrong: ['dns.example', '1.1.1.1:99999', '[1.1.1.1', '1.1.1.1:'],
  },
  {
    name: 'secret key',
    kind: kinds.secretKey,
    right: { [Buffer.alloc(32).toString('base64')]: Buffer.alloc(32).toString('base64') },
    wrong: [Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64'), '', 'a'.repeat(44)],
  },
  {
    name: 'SMTP URL',
    kind: kinds.smtpUrl,
    right: {
      'smtps://u:p@mail.example.com': 'smtps://u:p@mail.example.com',
      'smtp://10.0.0.1:25?tls=off': 'smtp://10.0.0.1:25?tls=off',
    },
    wrong: ['', 'mail.example.com', 'https://mail.example.com', 'smtp://u:p@mail.example.com?tls=off'],
  },
  {
    name: 'mailbox',
    kind: kinds.mailbox,
    right: { 'a@example.com': 'a@example.com', 'Alerts <a@example.com>': 'Alerts <a@example.com>' },
    wrong: ['', 'a', 'a@example.com, b@example.com'],
  },
  { name: 'path', kind: kinds.path, right: { './a b': './a b' }, wrong: ['', 'a\0b'] },
])('$name', ({ kind, right, wrong }) => {
  test.each(Object.entries(right))('%s is right', (text, value) => {
    expect(read(kind as kinds.Kind<unknown>, text)).toEqual(value)
  })

  test.each(wrong)('"%s" is refused', (text) => {
    expect(read(kind as kinds.Kind<unknown>, text)).toBe('refused')
  })
})

test('a list comes as several entries too', () => {
  expect(read(kinds.networks, ['10.0.0.0/8', ' ::1/128 '])).toEqual(['10.0.0.0/8', '::1/128'])
  expect(read(port, ['1', '2'])).toBe('refused')
})

test('an empty list is shown as what it means', () => {
  expect(kinds.networks.show([])).toBe('none')
  expect(kinds.nameServers.show([])).toBe("the machine's own")
  expect(kinds.nameServers.show(['1.1.1.1', '::2'])).toBe('1.1.1.1, ::2')
})

test('a secret is never shown', () => {
  expect(kinds.secretKey.show(Buffer.alloc(32).toString('base64'))).toBe('set (not shown)')
  expect(kinds.smtpUrl.show('smtps://u:p@mail.example.com')).toBe('set (not shown)')
})

describe('durations', () => {
  test('what is written for a duration is read as the same duration', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), (ms) => parseDuration(formatDuration(ms)) === ms),
    )
    expect(parseDuration('30d')).toBe(30 * 86_400_000)
  })

  test.each(['', '30', 'd', '-1d', '1.5h', '1w', '1d2h'])('"%s" is no duration', (text) => {
    expect(parseDuration(text)).toBeNull()
  })
})
