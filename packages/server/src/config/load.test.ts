import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { describeOrigin } from './layer.ts'
import { loadSettings, settingsWith, SettingsError, type Flags, type LoadedSettings } from './load.ts'
import type { Settings } from './settings.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sealpost-config-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

interface Given {
  flags?: Flags
  environment?: Record<string, string>
  /** Content of sealpost.yaml. */
  file?: string
  configFile?: string
  parallelism?: number
}

function load({
  flags = {},
  environment = {},
  file,
  configFile,
  parallelism = 2,
}: Given): Promise<LoadedSettings> {
  if (file !== undefined) writeFileSync(join(directory, 'sealpost.yaml'), file)
  const machine = { workingDirectory: directory, parallelism }
  return loadSettings({ flags, environment, configFile: configFile ?? null, machine })
}

async function problemsOf(given: Given): Promise<string[]> {
  try {
    await load(given)
  } catch (error) {
    if (error instanceof SettingsError)
      return error.problems.map(({ place, message }) => `${place}: ${message}`)
    throw error
  }
  return []
}

function originOf({ origins }: LoadedSettings, key: keyof Settings): string {
  return describeOrigin(origins[key])
}

describe('layers', () => {
  test('nothing given: safe defaults, in a data directory below the working directory', async () => {
    const { settings, configFile } = await load({})
    expect(settings).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      baseUrl: 'http://127.0.0.1:8080',
      dataDir: join(directory, 'sealpost-data'),
      allowHttp: false,
      allowCidr: [],
      retentionMs: 30 * 86_400_000,
      secretKey: null,
    })
    expect(configFile).toBeNull()
    expect(Object.isFrozen(settings)).toBe(true)
  })

  test('a flag beats the environment, which beats the file, which beats the default', async () => {
    const file = 'port: 1001\nhost: file.example\nlog_level: debug\n'
    const environment = { SEALPOST_PORT: '1002', SEALPOST_HOST: 'environment.example' }
    const loaded = await load({ file, environment, flags: { port: '1003' } })
    expect(loaded.settings).toMatchObject({ port: 1003, host: 'environment.example', logLevel: 'debug' })
    expect(originOf(loaded, 'port')).toBe('--port')
    expect(originOf(loaded, 'host')).toBe('SEALPOST_HOST')
    expect(originOf(loaded, 'logLevel')).toBe('sealpost.yaml:3')
    expect(originOf(loaded, 'retentionMs')).toBe('default')
  })

  test('the file that is named beats sealpost.yaml, --config beats SEALPOST_CONFIG, and JSON is read too', async () => {
    writeFileSync(join(directory, 'one.json'), '{"port": 1001, "allow_cidr": ["10.0.0.0/8"]}')
    writeFileSync(join(directory, 'two.yaml'), 'port: 1002')
    const environment = { SEALPOST_CONFIG: 'one.json' }
    expect((await load({ file: 'port: 1000', environment })).settings).toMatchObject({
      port: 1001,
      allowCidr: ['10.0.0.0/8'],
    })
    expect((await load({ environment, configFile: 'two.yaml' })).settings.port).toBe(1002)
  })

  test('a variable with _FILE reads the value from that file, without the newline at its end', async () => {
    const path = join(directory, 'secret')
    const secretKey = Buffer.alloc(32, 7).toString('base64')
    writeFileSync(path, `${secretKey}\n`)
    const loaded = await load({ environment: { SEALPOST_SECRET_KEY_FILE: path } })
    expect(loaded.settings.secretKey).toBe(secretKey)
    expect(originOf(loaded, 'secretKey')).toBe(`SEALPOST_SECRET_KEY_FILE (${path})`)
  })

  test('an empty variable and a key without a value count as unset', async () => {
    expect((await load({ file: 'port:\n', environment: { SEALPOST_HOST: '' } })).settings.port).toBe(8080)
  })

  test('an empty file, or one of comments, is a file without settings', async () => {
    expect((await load({ file: '' })).settings.port).toBe(8080)
    expect((await load({ file: '# port: 1\n' })).settings.port).toBe(8080)
  })

  test("Kubernetes' variables for a service of our name are not taken for settings", async () => {
    const environment = {
      SEALPOST_PORT: 'tcp://10.0.0.7:8080',
      SEALPOST_SERVICE_HOST: '10.0.0.7',
      SEALPOST_SERVICE_PORT_HTTP: '8080',
      SEALPOST_PORT_8080_TCP_ADDR: '10.0.0.7',
    }
    expect((await load({ environment })).settings.port).toBe(8080)
  })

  test('defaults follow the machine and the other settings', async () => {
    const machines = [1, 2, 3, 64].map((parallelism) => load({ parallelism }))
    const threads = (await Promise.all(machines)).map(({ settings }) => settings.validatorThreads)
    expect(threads).toEqual([1, 1, 2, 4])
    expect((await load({ flags: { host: '::', port: '81' } })).settings.baseUrl).toBe('http://localhost:81')
    expect((await load({ flags: { host: '::1' } })).settings.baseUrl).toBe('http://[::1]:8080')
    const machine = { workingDirectory: '/srv', parallelism: 1 }
    expect(settingsWith({ port: 9 }, machine)).toMatchObject({
      baseUrl: 'http://127.0.0.1:9',
      dataDir: '/srv/sealpost-data',
    })
  })
})

describe('what is wrong is named, with its place and what would be right', () => {
  test('everything at once, from every layer', async () => {
    const problems = await problemsOf({
      file: 'prot: 80\nretention: forever\n',
      environment: { SEALPOST_ALOW_HTTP: '1', SEALPOST_LOG_LEVEL: 'loud' },
      flags: { port: '70000' },
    })
    expect(problems).toEqual([
      'sealpost.yaml:1: prot is not a setting; did you mean port?',
      'sealpost.yaml:2: retention is "forever"; it must be a time from 1m to 3650d, such as 30d, 12h, 5m or 10s',
      'SEALPOST_ALOW_HTTP: is not a setting; did you mean SEALPOST_ALLOW_HTTP?',
      'SEALPOST_LOG_LEVEL: "loud" is wrong; it must be one of trace, debug, info, warn, error, fatal, silent',
      '--port: "70000" is wrong; it must be a whole number from 0 to 65535',
    ])
  })

  test('a wrong value that a later layer hides', async () => {
    expect(await problemsOf({ environment: { SEALPOST_PORT: 'x' }, flags: { port: '80' } })).toHaveLength(1)
  })

  test('a file that is not there, not YAML, not a map, or nested', async () => {
    expect((await problemsOf({ configFile: 'none.yaml' }))[0]).toMatch(/none\.yaml: cannot be read: ENOENT/)
    expect((await problemsOf({ file: 'port: [1\n' }))[0]).toMatch(/^sealpost\.yaml:\d: /)
    expect((await problemsOf({ file: 'port: 1\nport: 2\n' }))[0]).toMatch(/^sealpost\.yaml:2: .*unique/)
    expect(await problemsOf({ file: '- port\n' })).toEqual([
      'sealpost.yaml: must hold settings, one `name: value` a line',
    ])
    expect(await problemsOf({ file: 'port: {a: 1}\n' })).toEqual([
      'sealpost.yaml:1: port must be a whole number from 0 to 65535',
    ])
    expect(await problemsOf({ file: 'port: [80, 81]\n' })).toHaveLength(1)
  })

  test('a number in YAML is read as it is written', async () => {
    expect(await problemsOf({ file: 'port: 0x50\n' })).toHaveLength(1)
    expect(await problemsOf({ file: 'port: 8e1\n' })).toHaveLength(1)
    expect((await load({ file: 'port: 80\n' })).settings.port).toBe(80)
  })

  test('a value and its _FILE together, and a _FILE that is not there', async () => {
    expect(await problemsOf({ environment: { SEALPOST_HOST: 'a', SEALPOST_HOST_FILE: '/b' } })).toEqual([
      'SEALPOST_HOST: is set together with SEALPOST_HOST_FILE; unset one of them',
    ])
    expect((await problemsOf({ environment: { SEALPOST_HOST_FILE: join(directory, 'none') } }))[0]).toMatch(
      /cannot be read/,
    )
  })

  test('a wrong secret is not quoted', async () => {
    const problems = await problemsOf({ environment: { SEALPOST_SECRET_KEY: 'hunter2' } })
    expect(problems).toHaveLength(1)
    expect(problems[0]).not.toContain('hunter2')
    expect(problems[0]).toContain('base64 of exactly 32 bytes')
  })

  test('PostgreSQL and a path of its own for the database are refused with the reason', async () => {
    expect((await problemsOf({ flags: { databaseUrl: 'postgres://db/x' } }))[0]).toContain(
      'this version has the embedded store only',
    )
    expect((await problemsOf({ flags: { databaseUrl: 'sqlite:/x.db' } }))[0]).toContain('data_dir')
    expect((await load({ flags: { databaseUrl: 'sqlite:' } })).settings.databaseUrl).toBe('sqlite:')
  })
})
