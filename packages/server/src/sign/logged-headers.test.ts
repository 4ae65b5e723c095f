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
  ])('redacts %s', (name) => {
    expect(loggedHeaderValue(name, 'value')).toBe('[redacted]')
  })

  it.each(['x-team', 'keyboard', 'x-tokens-left', 'monkey', 'x-author', 'x-sessions', 'jwtish'])(
    'shows %s',
    (name) => {
      expect(loggedHeaderValue(name, 'value')).toBe('value')
    },
  )
})
