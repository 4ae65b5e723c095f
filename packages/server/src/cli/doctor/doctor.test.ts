import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { surveyStore } from '../../compose.ts'
import { settingsWith } from '../../config/load.ts'
import type { Settings } from '../../config/settings.ts'
import { systemClock } from '../../core/clock.ts'
import { main } from '../main.ts'
import type { Check, CheckResult } from './check.ts'
import { checkDataDirectory } from './data-directory.ts'
import { checkDatabase } from './database.ts'
import { checkPort } from './listener.ts'
import { checkClock } from './machine.ts'
import { checkMail } from './mail.ts'
import { checkExposure } from './network.ts'

let directory: string
const closers: (() => unknown)[] = []
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sealpost-doctor-'))
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  rmSync(directory, { recursive: true, force: true })
})

function look(check: Check, values: Partial<Settings> = {}, clock = systemClock): Promise<CheckResult[]> {
  const machine = { workingDirectory: directory, parallelism: 1 }
  const settings = settingsWith({ dataDir: directory, ...values }, machine)
  return check({ settings, clock, survey: surveyStore(settings) })
}

async function statusOf(name: string, results: Promise<CheckResult[]>): Promise<string | undefined> {
  return (await results).find((result) => result.name === name)?.status
}

async function listen(answer: string): Promise<number> {
  const server: Server = createServer((_request, response) => response.end(answer))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  return (server.address() as AddressInfo).port
}

test('a data directory that is not there yet is fine where it can be made', async () => {
  expect(
    await statusOf('data_directory', look(checkDataDirectory, { dataDir: join(directory, 'a', 'b') })),
  ).toBe('ok')
  writeFileSync(join(directory, 'file'), '')
  expect(
    await statusOf('data_directory', look(checkDataDirectory, { dataDir: join(directory, 'file') })),
  ).toBe('wrong')
  chmodSync(join(directory, 'file'), 0o700)
  expect(await look(checkDataDirectory, { dataDir: join(directory, 'file', 'a') })).toMatchObject([
    { status: 'wrong', detail: expect.stringContaining('file is not a directory') as string },
  ])
})

test.skipIf(process.getuid?.() === 0)(
  'a data directory that cannot be written (root can write everywhere)',
  async () => {
    const sealed = join(directory, 'sealed')
    mkdirSync(sealed, { mode: 0o500 })
    expect(await statusOf('data_directory', look(checkDataDirectory, { dataDir: sealed }))).toBe('wrong')
    expect(await statusOf('data_directory', look(checkDataDirectory, { dataDir: join(sealed, 'a') }))).toBe(
      'wrong',
    )
  },
)

test('the sealing key is its owner’s alone', async () => {
  const path = join(directory, 'secret.key')
  expect(await statusOf('secret_key', look(checkDataDirectory))).toBe('ok')
  writeFileSync(path, 'x', { mode: 0o600 })
  expect(await statusOf('secret_key', look(checkDataDirectory))).toBe('ok')
  chmodSync(path, 0o644)
  const results = await look(checkDataDirectory)
  expect(results.find(({ name }) => name === 'secret_key')).toMatchObject({
    status: 'wrong',
    advice: `Run: chmod 600 ${path}`,
  })
})

test('a whole database, and one that was overwritten', async () => {
  expect(await statusOf('database', look(checkDatabase))).toBe('ok')
  const path = join(directory, 'sealpost.db')
  const database = new DatabaseSync(path)
  database.exec('PRAGMA user_version = 1; CREATE TABLE t (x)')
  database.close()
  expect(await statusOf('database', look(checkDatabase))).toBe('ok')
  writeFileSync(path, 'this is not a database, and long enough to be taken for one'.repeat(100))
  expect(await statusOf('database', look(checkDatabase))).toBe('wrong')
})

test('whether a server runs is told by its lock', async () => {
  new DatabaseSync(join(directory, 'sealpost.db')).close()
  const lock = new DatabaseSync(join(directory, 'serve.lock'))
  const detailOf = async (): Promise<string | undefined> =>
    (await look(checkDatabase)).find(({ name }) => name === 'server')?.detail
  expect(await detailOf()).toBe('No server runs on this data directory')
  lock.exec('BEGIN EXCLUSIVE')
  closers.push(() => lock.close())
  expect(await detailOf()).toBe('A server runs on this data directory')
})

test('the port: free, ours, or another program’s', async () => {
  const free = await listen('')
  await closers.pop()?.()
  expect(await statusOf('port', look(checkPort, { port: free }))).toBe('ok')
  expect(await look(checkPort, { port: await listen('{"status":"ok"}') })).toMatchObject([
    { status: 'ok', detail: expect.stringContaining('A Sealpost answers') as string },
  ])
  expect(await statusOf('port', look(checkPort, { port: await listen('<html>') }))).toBe('wrong')
  expect(await statusOf('port', look(checkPort, { port: await listen('[]') }))).toBe('wrong')
  expect(await statusOf('port', look(checkPort, { host: '192.0.2.1' }))).toBe('wrong')
})

test('a clock that was never set', async () => {
  expect(await statusOf('clock', look(checkClock))).toBe('ok')
  expect(await statusOf('clock', look(checkClock, {}, { ...systemClock, now: () => 0 }))).toBe('wrong')
})

test('what is allowed but worth a second look is a warning', async () => {
  expect((await look(checkExposure)).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok'])
  expect(await statusOf('allow_cidr', look(checkExposure, { allowCidr: ['10.0.0.0/24'] }))).toBe('warning')
  const [wide] = await look(checkExposure, { allowCidr: ['10.0.0.0/24', '0.0.0.0/0', '169.254.169.254/32'] })
  expect(wide?.advice).toContain('Narrow 0.0.0.0/0, 169.254.169.254/32')
  expect(await statusOf('allow_http', look(checkExposure, { allowHttp: true }))).toBe('warning')
  expect(await statusOf('base_url', look(checkExposure, { host: '0.0.0.0' }))).toBe('warning')
  expect(
    await statusOf('base_url', look(checkExposure, { host: '0.0.0.0', baseUrl: 'https://a.example' })),
  ).toBe('ok')
})

test('mail: not wanted, half set, and a mail server that may not be reached', async () => {
  const from = { smtpFrom: 'Sealpost <alerts@example.com>' }
  const over = (smtpUrl: string): Partial<Settings> => ({ ...from, smtpUrl })
  expect(await statusOf('mail', look(checkMail))).toBe('ok')
  expect(await look(checkMail, from)).toMatchObject([{ status: 'warning', advice: 'Set smtp_url too.' }])
  expect(await statusOf('mail', look(checkMail, over('smtps://u:secret@mail.example.com')))).toBe('ok')
  expect(await statusOf('mail', look(checkMail, over('smtp://relay?tls=off')))).toBe('wrong')
  const denied = over('smtp://u:secret@169.254.169.254')
  const [refused] = await look(checkMail, denied)
  expect(refused?.detail).toBe('The mail server is not reached: 169.254.169.254 is a link-local address')
  expect(await statusOf('mail', look(checkMail, { ...denied, allowCidr: ['169.254.0.0/16'] }))).toBe('ok')
})

async function run(...args: string[]): Promise<{ code: number; out: string }> {
  const out: string[] = []
  const print = (line: string): void => void out.push(line)
  const code = await main(['doctor', ...args], {
    out: print,
    note: print,
    progress: print,
    style: (_format, text) => text,
  })
  return { code, out: out.join('\n') }
}

test('the verb: settings with their origins, one line a check, and 1 when something is wrong', async () => {
  const port = String(await listen('<html>'))
  const { code, out } = await run('--data-dir', directory, '--port', port)
  expect(code).toBe(1)
  expect(out).toMatch(new RegExp(`port +${port}  from --port`))
  expect(out).toMatch(/dns_servers +the machine's own/)
  expect(out).toMatch(/✓ .* can be written/)
  expect(out).toMatch(/✗ Another program|✗ .* is taken/)
  expect(out).toContain('One thing is wrong.')
})

test('the verb as JSON', async () => {
  const port = String(await listen('{"status":"ok"}'))
  const { code, out } = await run('--data-dir', directory, '--port', port, '--json')
  expect(code).toBe(0)
  const report = JSON.parse(out) as { settings: { name: string }[]; checks: { status: string }[] }
  expect(report.settings.map(({ name }) => name)).toContain('retention')
  expect(report.checks.every(({ status }) => status !== 'wrong')).toBe(true)
})

test('settings that cannot be used are what is wrong', async () => {
  const { code, out } = await run('--port', 'eighty')
  expect(code).toBe(1)
  expect(out).toContain('✗ --port: "eighty" is wrong')
})

test('a warning is never followed by "Nothing is wrong"', async () => {
  const port = String(await listen('{"status":"ok"}'))
  const { code, out } = await run('--data-dir', directory, '--port', port, '--allow-http')
  expect(code).toBe(0)
  expect(out).toContain('No check failed; one warning above.')
  expect(out).not.toContain('Nothing is wrong')
})
