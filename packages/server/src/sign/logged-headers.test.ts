import { describe, expect, it } from 'vitest'
import { loggedHeaderValue, loggedSignature } from './logged-headers.ts'

describe('loggedSignature', () => {
  it.each([
    ['sha256=0123abcd', 'sha256=…'],
    ['v1,abc+/=', 'v1,…'],
    ['v1,abc= v1,def= v1a,ghi=', 'v1,… v1,… v1a,…'],
  ])('%j → %j', (value, logged) => {
    expect(loggedSignature(value)).toBe(logged)
  })
})

describe('loggedHeaderValue', () => {
  it.each([
    'authorization',
    'Proxy-Authorization',
    'COOKIE',
    'apikey',
    'api-key',
    'x-functions-key',
    'X-Auth',
    'X_TOKEN',
    'password',
    'X-JWT',
    'jwt',
    'X-Session',
    'x-session-id',
    'X-Authentication',
    'x-credential',
    'Client_Credentials',
    'signature',
    'X-Hub-Signature',
    'X-Hub-Signature-256',
    'X-AuthToken',
    'accessToken',
    'X-SecretKey',
    'x-access-key',
    'X-ClientSecret',
    'X-Api-Key-2',
    'x-secret-v2',
    'X-Passwd',
    'x-passphrase',
    'X-Pwd',
    'X-Bearer',
  ])('redacts %s', (name) => {
    expect(loggedHeaderValue(name, 'value')).toBe('[redacted]')
  })

  it.each([
    'x-team',
    'x-team-2',
    'keyboard',
    'x-tokens-left',
    'monkey',
    'x-author',
    'x-sessions',
    'jwtish',
    'x-bypass',
  ])('shows %s', (name) => {
    expect(loggedHeaderValue(name, 'value')).toBe('value')
  })

  it.each(['Bearer abc.def', 'basic dXNlcjpwYXNz', 'Basic dXM6cHc='])(
    'redacts %j under any name',
    (value) => {
      expect(loggedHeaderValue('x-upstream', value)).toBe('[redacted]')
    },
  )

  it.each(['bearer', 'Basics of billing', 'basic plan', 'a bearer'])(
    'shows %j under a plain name',
    (value) => {
      expect(loggedHeaderValue('x-team', value)).toBe(value)
    },
  )
})
