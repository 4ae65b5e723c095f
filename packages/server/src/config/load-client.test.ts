import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readEnvironment, type Environment } from './environment.ts'
import { loadClientSettings, type ClientFlags } from './load-client.ts'

const KEY = 'sk_live_abc'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sealpost-client-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

test('a flag beats the environment, which beats the default', () => {
  const environment = { SEALPOST_SERVER: 'https://a.example/', SEALPOST_API_KEY: KEY }
  expect(loadClientSettings({}, environment)).toEqual({
    server: 'https://a.example',
    apiKey: KEY,
    organization: 'default',
  })
  const flags = { server: 'http://b.example:81/base/', organization: 'acme' }
  expect(loadClientSettings(flags, { ...environment, SEALPOST_ORG: 'other' })).toEqual({
    server: 'http://b.example:81/base',
    apiKey: KEY,
    organization: 'acme',
  })
})

test('the key may stand in a file, with a line break after it', () => {
  const path = join(directory, 'key')
  writeFileSync(path, `${KEY}\n`)
  expect(loadClientSettings({}, { SEALPOST_API_KEY_FILE: path }).apiKey).toBe(KEY)
})

test.each<{ name: string; flags?: ClientFlags; environment: Environment; words: string[] }>([
  { name: 'no key', environment: {}, words: ['SEALPOST_API_KEY: is not set'] },
  {
    name: 'an empty key, as CI gives for none',
    environment: { SEALPOST_API_KEY: '' },
    words: ['is not set'],
  },
  {
    name: 'a key that breaks a header',
    environment: { SEALPOST_API_KEY: 'hunter\n2' },
    words: ['SEALPOST_API_KEY: its value is wrong'],
  },
  {
    name: 'a key and a file of it',
    environment: { SEALPOST_API_KEY: KEY, SEALPOST_API_KEY_FILE: '/none' },
    words: ['set together with SEALPOST_API_KEY_FILE'],
  },
  {
    name: 'a file that is not there',
    environment: { SEALPOST_API_KEY_FILE: '/none/key' },
    words: ['/none/key', 'cannot be read'],
  },
  {
    name: 'everything wrong at once',
    flags: { server: 'sealpost.example' },
    environment: { SEALPOST_ORG: 'Not A Slug' },
    words: ['--server: "sealpost.example"', 'SEALPOST_ORG: "Not A Slug"', 'SEALPOST_API_KEY: is not set'],
  },
])('$name is told', ({ flags = {}, environment, words }) => {
  let message = ''
  try {
    loadClientSettings(flags, environment)
  } catch (error) {
    message = String(error)
  }
  for (const word of words) expect(message).toContain(word)
  expect(message).not.toContain('hunter')
})

test('the server does not take them for slips of its own settings', () => {
  const environment = { SEALPOST_SERVER: 'x', SEALPOST_API_KEY_FILE: 'x', SEALPOST_ORG: 'x' }
  expect(readEnvironment(environment).problems).toEqual([])
  expect(readEnvironment({ SEALPOST_ORGS: 'x' }).problems[0]?.message).toContain('did you mean SEALPOST_ORG?')
})
