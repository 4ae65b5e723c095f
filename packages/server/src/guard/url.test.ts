import { describe, expect, it } from 'vitest'
import { Problem } from '../core/errors.ts'
import { createAddressPolicy } from './address.ts'
import { checkUrl, type UrlRules } from './url.ts'

const httpsOnly: UrlRules = { allowHttp: false, addresses: createAddressPolicy([]) }
const withHttp: UrlRules = { allowHttp: true, addresses: createAddressPolicy([]) }
const withList: UrlRules = { allowHttp: true, addresses: createAddressPolicy(['127.0.0.0/8']) }

function problemOf(url: string, rules: UrlRules): Problem {
  try {
    checkUrl(url, rules)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error(`${url} was allowed`)
}

describe('takes', () => {
  it.each([
    'https://hooks.example.com/path?a=1',
    'https://hooks.example.com:8443/',
    'https://hooks.example.com./',
    'https://8.8.8.8/',
    'https://[2606:4700:4700::1111]/',
    'https://bücher.example/',
    'https://under_score.example.com/',
    'HTTPS://HOOKS.EXAMPLE.COM/',
  ])('%s', (url) => {
    expect(checkUrl(url, httpsOnly)).toBeInstanceOf(URL)
  })

  it.each(['http://hooks.example.com/', 'http://hooks.example.com:8080/', 'https://hooks.example.com:8080/'])(
    '%s where http is allowed',
    (url) => {
      expect(checkUrl(url, withHttp)).toBeInstanceOf(URL)
      expect(problemOf(url, httpsOnly).code).toBe('url_not_allowed')
    },
  )

  it.each(['http://127.0.0.1:3000/', 'https://127.9.9.9:65535/', 'http://[::ffff:127.0.0.1]:3000/'])(
    '%s where the operator listed the address',
    (url) => {
      expect(checkUrl(url, withList)).toBeInstanceOf(URL)
    },
  )

  it('a name with any port where there is a list, to be judged when connecting', () => {
    expect(checkUrl('https://hooks.example.com:3000/', withList).port).toBe('3000')
    expect(problemOf('https://hooks.example.com:3000/', withHttp).code).toBe('url_not_allowed')
  })

  it('a fragment, which it drops', () => {
    expect(checkUrl('https://hooks.example.com/a?b#c', httpsOnly).href).toBe('https://hooks.example.com/a?b')
  })

  it('2,048 characters', () => {
    const url = 'https://hooks.example.com/'.padEnd(2_048, 'a')
    expect(checkUrl(url, httpsOnly).href).toBe(url)
  })
})

describe('refuses', () => {
  it.each([
    ['http://hooks.example.com/', 'it begins with http:; it must begin with https://'],
    ['ftp://hooks.example.com/', 'it begins with ftp:; it must begin with https://'],
    ['javascript:alert(1)', 'it begins with javascript:; it must begin with https://'],
    ['hooks.example.com', 'it is not a URL; write it in full, like https://hooks.example.com/path'],
    ['https:hooks.example.com', 'it is not a URL; write it in full, like https://hooks.example.com/path'],
    ['https:/hooks.example.com/', 'it is not a URL; write it in full, like https://hooks.example.com/path'],
    ['HTTPS:///hooks.example.com', 'it is not a URL; write it in full, like https://hooks.example.com/path'],
    ['https:////hooks.example.com', 'it is not a URL; write it in full, like https://hooks.example.com/path'],
    ['', 'it is not a URL; write it in full, like https://hooks.example.com/path'],
    ['https://', 'it is not a URL; write it in full, like https://hooks.example.com/path'],
    [
      'https://hooks.example.com:99999/',
      'it is not a URL; write it in full, like https://hooks.example.com/path',
    ],
    [
      'https://user@hooks.example.com/',
      'take the user name and password out of it; a webhook can carry credentials in a static header',
    ],
    [
      'https://:pass@hooks.example.com/',
      'take the user name and password out of it; a webhook can carry credentials in a static header',
    ],
    [
      'https://hooks.example.com:22/',
      'port 22 is not one of 443, 8443; an operator can allow more for the addresses of --allow-cidr',
    ],
    [
      'https://hooks.example.com:587/',
      'port 587 is not one of 443, 8443; an operator can allow more for the addresses of --allow-cidr',
    ],
    ['smtp://hooks.example.com/', 'it begins with smtp:; it must begin with https://'],
    ['https://10.0.0.5/', '10.0.0.5 is a private address. An operator can allow it with --allow-cidr'],
    ['https://0x7f.1/', '127.0.0.1 is a loopback address. An operator can allow it with --allow-cidr'],
    ['https://[::1]/', '::1 is a loopback address. An operator can allow it with --allow-cidr'],
    [
      'https://receiver/',
      'the host name "receiver" has no domain: only full names such as hooks.example.com are looked up',
    ],
    [
      'https://localhost/',
      'the host name "localhost" has no domain: only full names such as hooks.example.com are looked up',
    ],
    ['https://a.localhost/', 'the host name "a.localhost" ends in .localhost, which is not a public name'],
    ['https://nas.local./', 'the host name "nas.local." ends in .local, which is not a public name'],
    ['https://nas.home.arpa/', 'the host name "nas.home.arpa" ends in .arpa, which is not a public name'],
    [
      'https://METADATA.google.INTERNAL/',
      'the host name "metadata.google.internal" ends in .internal, which is not a public name',
    ],
    ['https://hooks..example.com/', 'the host name "hooks..example.com" is not a valid host name'],
    ['https://example.com../', 'the host name "example.com.." is not a valid host name'],
    [
      `https://${'a'.repeat(64)}.example.com/`,
      `the host name "${'a'.repeat(64)}.example.com" is not a valid host name`,
    ],
    ['https://hooks.example.com\\@10.0.0.1/', 'write it with slashes (/), not backslashes'],
    [' https://hooks.example.com/', 'take the spaces and invisible characters out of it'],
    ['https://hooks.example.com/a b', 'take the spaces and invisible characters out of it'],
    ['https://hooks.exa\tmple.com/', 'take the spaces and invisible characters out of it'],
    ['https://hooks.example.com/\u0000', 'take the spaces and invisible characters out of it'],
    ['https://hooks.example.com/\u202egnp.exe', 'take the spaces and invisible characters out of it'],
  ])('%j', (url, message) => {
    const problem = problemOf(url, httpsOnly)
    expect(problem.code).toBe('url_not_allowed')
    expect(problem.status).toBe(422)
    expect(problem.errors).toEqual([{ field: 'url', message }])
  })

  it('2,049 characters', () => {
    const url = 'https://hooks.example.com/'.padEnd(2_049, 'a')
    expect(problemOf(url, httpsOnly).errors[0]?.message).toBe(
      'it has 2049 characters; at most 2048 are allowed',
    )
  })

  it('a private address beside the list, and names of the machine whatever the list', () => {
    expect(problemOf('http://10.0.0.1/', withList).code).toBe('url_not_allowed')
    expect(problemOf('http://localhost:3000/', withList).code).toBe('url_not_allowed')
  })

  it('another port of a public address, list or not', () => {
    expect(problemOf('https://8.8.8.8:22/', withList).code).toBe('url_not_allowed')
  })
})
