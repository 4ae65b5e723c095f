import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressesOf, isMailAddress, mailtoUrl, readMailbox, readSmtpUrl } from './mail.ts'

describe('a mail address', () => {
  it.each([
    'a@example.com',
    "o'neil+tag@mail.example.co.uk",
    'a.b-c_d@xn--80ak6aa92e.xn--p1ai',
    '1/2=3@e-x.io',
  ])('%s is one', (text) => expect(isMailAddress(text)).toBe(true))

  it.each([
    '',
    'a',
    'a@b',
    '@example.com',
    'a@@example.com',
    'a b@example.com',
    '.a@example.com',
    'a..b@example.com',
    'a@-example.com',
    'a@example.com.',
    'a@127.0.0.1',
    'a@[127.0.0.1]',
    '"a"@example.com',
    'a@example.com,b@example.com',
    'a@example.com\r\nBcc: b@example.com',
    'a@exämple.com',
    '<a@example.com>',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(60)}.com`,
  ])('%j is none', (text) => expect(isMailAddress(text)).toBe(false))

  it('is judged in time that its length bounds', () => {
    // Where every beginning were tried, the first would take a day.
    expect(isMailAddress(`${'a.'.repeat(2_000_000)}@`)).toBe(false)
    expect(isMailAddress(`a@${'a-'.repeat(100)}`)).toBe(false)
  })
})

describe('a mailbox', () => {
  it('is an address with or without a name', () => {
    expect(readMailbox('a@example.com')).toEqual({ name: '', address: 'a@example.com' })
    expect(readMailbox('Älerts & more <a@example.com>')).toEqual({
      name: 'Älerts & more',
      address: 'a@example.com',
    })
    expect(readMailbox('<a@example.com>')).toEqual({ name: '', address: 'a@example.com' })
  })

  it.each(['a', 'A <a>', '"A" <a@example.com>', 'A, B <a@example.com>', 'A\r\nBcc: <a@example.com>'])(
    'is not %j',
    (text) => expect(readMailbox(text)).toBeNull(),
  )
})

it('a mailto URL gives its addresses back', () => {
  const local = fc.stringMatching(/^[\w!#$%&'*+/=?^`{|}~-]{1,20}$/)
  fc.assert(
    fc.property(fc.array(local, { minLength: 1, maxLength: 20 }), (locals) => {
      const addresses = locals.map((name) => `${name}@example.com`)
      const url = mailtoUrl(addresses)
      expect(addressesOf(url)).toEqual(addresses)
      expect(URL.canParse(url)).toBe(true)
    }),
  )
  expect(mailtoUrl(['a@example.com', 'b%40c@example.com'])).toBe('mailto:a@example.com,b%2540c@example.com')
})

describe('the URL of a relay', () => {
  it('names host, port, TLS and login', () => {
    expect(readSmtpUrl('smtps://mail.example.com')).toEqual({
      host: 'mail.example.com',
      port: 465,
      tls: 'first',
      login: null,
    })
    expect(readSmtpUrl('smtp://us%40er:p%2Fa%3Ass@Mail.example.com:2525/')).toEqual({
      host: 'mail.example.com',
      port: 2525,
      tls: 'upgrade',
      login: { user: 'us@er', password: 'p/a:ss' },
    })
    expect(readSmtpUrl('smtp://[fd00::1]:25?tls=off')).toEqual({
      host: 'fd00::1',
      port: 25,
      tls: 'off',
      login: null,
    })
    expect(readSmtpUrl('smtp://0x7f.1:80?tls=off')).toMatchObject({ host: '127.0.0.1', port: 80 })
  })

  it.each([
    'mail.example.com',
    'https://mail.example.com',
    'smtp:mail.example.com',
    'smtp:///x',
    'smtp://mail.example.com/path',
    'smtp://mail.example.com?tls=on',
    'smtps://mail.example.com?tls=off',
    'smtp://user:pass@mail.example.com?tls=off',
    'smtp://user@mail.example.com',
    'smtp://:pass@mail.example.com',
    'smtp://user:pa%ss@mail.example.com',
    'smtp://user:a%0d%0aQUIT@mail.example.com',
    'smtp://mail.example.com:99999',
    'smtp://mail.example.com#x',
  ])('is not %s', (text) => expect(readSmtpUrl(text)).toBeNull())
})
