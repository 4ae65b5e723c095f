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

  it.each([
    'http://localhost:3000/',
    'https://localhost/',
    'http://a.localhost:3000/',
    'http://receiver:3000/',
    'http://host.docker.internal:3000/',
    'http://nas.local/',
  ])('%s where there is a list, to be judged when connecting', (url) => {
    expect(checkUrl(url, withList)).toBeInstanceOf(URL)
  })

  it('localhost by either family of loopback', () => {
    const rules: UrlRules = { allowHttp: true, addresses: createAddressPolicy(['::1/128']) }
    expect(checkUrl('http://localhost:3000/', rules)).toBeInstanceOf(URL)
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
    [
      'http://hooks.example.com/',
      'it begins with http: instead of https:. An operator can allow it with --allow-http',
    ],
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
      'it has a user name or a password (a webhook can carry credentials in a static header instead)',
    ],
    [
      'https://:pass@hooks.example.com/',
      'it has a user name or a password (a webhook can carry credentials in a static header instead)',
    ],
    [
      'https://hooks.example.com:22/',
      'port 22 is not one of 443, 8443. An operator can allow it with --allow-cidr for the addresses that the name resolves to',
    ],
    [
      'https://hooks.example.com:587/',
      'port 587 is not one of 443, 8443. An operator can allow it with --allow-cidr for the addresses that the name resolves to',
    ],
    ['smtp://hooks.example.com/', 'it begins with smtp:; it must begin with https://'],
    [
      'https://10.0.0.5/',
      '10.0.0.5 is a private address. An operator can allow it with --allow-cidr 10.0.0.5/32',
    ],
    [
      'https://0x7f.1/',
      '127.0.0.1 is a loopback address. An operator can allow it with --allow-cidr 127.0.0.0/8',
    ],
    ['https://[::1]/', '::1 is a loopback address. An operator can allow it with --allow-cidr ::1/128'],
    [
      'https://[::ffff:10.0.0.1]/',
      '::ffff:a00:1 is the IPv6 form of 10.0.0.1, a private address. An operator can allow it with --allow-cidr 10.0.0.1/32',
    ],
    [
      'http://localhost:3000/hook',
      'it begins with http: instead of https:; localhost means 127.0.0.1, a loopback address; port 3000 is not one of 443, 8443, 80, 8080. An operator can allow it with --allow-http and --allow-cidr 127.0.0.0/8',
    ],
    [
      'http://127.0.0.1:3000/',
      'it begins with http: instead of https:; 127.0.0.1 is a loopback address; port 3000 is not one of 443, 8443, 80, 8080. An operator can allow it with --allow-http and --allow-cidr 127.0.0.0/8',
    ],
    [
      'http://[::1]/',
      'it begins with http: instead of https:; ::1 is a loopback address. An operator can allow it with --allow-http and --allow-cidr ::1/128',
    ],
    [
      'http://10.1.2.3:8080/',
      'it begins with http: instead of https:; 10.1.2.3 is a private address. An operator can allow it with --allow-http and --allow-cidr 10.1.2.3/32',
    ],
    [
      'http://receiver:3000/',
      'it begins with http: instead of https:; the host name "receiver" has no domain; port 3000 is not one of 443, 8443, 80, 8080. An operator can allow it with --allow-http and --allow-cidr for the addresses that the name resolves to',
    ],
    [
      'http://user@8.8.8.8:22/',
      'it begins with http: instead of https:; it has a user name or a password (a webhook can carry credentials in a static header instead); port 22 is not one of 443, 8443, 80, 8080. An operator can allow the rest with --allow-http and --allow-cidr 8.8.8.8/32',
    ],
    ['https://xyz.onion/', 'the host name "xyz.onion" ends in .onion, which is not a public name'],
    [
      'https://receiver/',
      'the host name "receiver" has no domain. An operator can allow it with --allow-cidr for the addresses that the name resolves to',
    ],
    [
      'https://localhost/',
      'localhost means 127.0.0.1, a loopback address. An operator can allow it with --allow-cidr 127.0.0.0/8',
    ],
    [
      'https://a.localhost/',
      'a.localhost means 127.0.0.1, a loopback address. An operator can allow it with --allow-cidr 127.0.0.0/8',
    ],
    [
      'https://nas.local./',
      'the host name "nas.local." ends in .local, which is not a public name. An operator can allow it with --allow-cidr for the addresses that the name resolves to',
    ],
    [
      'https://nas.home.arpa/',
      'the host name "nas.home.arpa" ends in .arpa, which is not a public name. An operator can allow it with --allow-cidr for the addresses that the name resolves to',
    ],
    [
      'https://METADATA.google.INTERNAL/',
      'the host name "metadata.google.internal" ends in .internal, which is not a public name. An operator can allow it with --allow-cidr for the addresses that the name resolves to',
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

  it('a private address beside the list, and names of the machine beside it', () => {
    expect(problemOf('http://10.0.0.1/', withList).code).toBe('url_not_allowed')
    const other: UrlRules = { allowHttp: true, addresses: createAddressPolicy(['10.0.0.0/8']) }
    expect(problemOf('http://localhost:3000/', other).code).toBe('url_not_allowed')
    expect(problemOf('http://xyz.onion/', withList).code).toBe('url_not_allowed')
  })

  it('another port of a public address, list or not', () => {
    expect(problemOf('https://8.8.8.8:22/', withList).code).toBe('url_not_allowed')
  })
})
