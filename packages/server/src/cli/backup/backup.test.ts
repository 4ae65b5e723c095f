import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { main } from '../main.ts'

let directory: string
let dataDir: string
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'sealpost-backup-')))
  dataDir = join(directory, 'data')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function run(...args: string[]) {
  const out: string[] = []
  const notes: string[] = []
  const progress: string[] = []
  const code = await main([...args, '--data-dir', dataDir], {
    out: (line) => void out.push(line),
    note: (line) => void notes.push(line),
    progress: (line) => void progress.push(line),
    style: (_format, text) => text,
  })
  return { code, out: out.join('\n'), notes: notes.join('\n'), progress }
}

/** A data directory with a key in it. */
async function makeData(): Promise<void> {
  mkdirSync(dataDir)
  expect((await run('keys', 'create', '--name', 'a')).code).toBe(0)
}

const at = (name: string) => join(directory, name)

test('a copy is for its owner’s eyes, and the report tells what else to keep', async () => {
  await makeData()
  const { code, notes, progress } = await run('backup', at('copy.db'))
  expect(code).toBe(0)
  expect(notes).toContain('organizations: 1')
  expect(notes).toContain(`Keep ${join(dataDir, 'secret.key')} too`)
  expect(progress.at(-1)).toBe('')
  expect(statSync(at('copy.db')).mode & 0o777).toBe(0o600)
  expect(readdirSync(directory).sort()).toEqual(['copy.db', 'data'])
})

test('--json prints what the copy holds', async () => {
  await makeData()
  expect(JSON.parse((await run('backup', at('copy.db'), '--json')).out)).toEqual({
    file: at('copy.db'),
    schema_version: expect.any(Number),
    bytes: statSync(at('copy.db')).size,
    organizations: 1,
    webhooks: 0,
    runs: 0,
    events: 0,
    deliveries: 0,
    secret_key_file: join(dataDir, 'secret.key'),
  })
})

test('a server can be started on a copy: it knows the keys', async () => {
  await makeData()
  await run('backup', at('copy.db'))
  const before = (await run('keys', 'list', '--json')).out
  dataDir = at('restored')
  mkdirSync(dataDir)
  writeFileSync(join(dataDir, 'sealpost.db'), readFileSync(at('copy.db')))
  expect((await run('keys', 'list', '--json')).out).toBe(before)
})

test('a file that is there is replaced with --force only', async () => {
  await makeData()
  writeFileSync(at('copy.db'), 'precious')
  const refused = await run('backup', at('copy.db'))
  expect(refused).toMatchObject({ code: 1, notes: expect.stringContaining('--force') as string })
  expect(readFileSync(at('copy.db'), 'utf8')).toBe('precious')

  writeFileSync(at('copy.db.partial'), 'left by a power cut')
  expect((await run('backup', at('copy.db'), '--force')).code).toBe(0)
  expect(readFileSync(at('copy.db'), 'latin1')).toMatch(/^SQLite format 3/)
  expect(readdirSync(directory).sort()).toEqual(['copy.db', 'data'])
})

test('what another backup is writing is left alone', async () => {
  await makeData()
  writeFileSync(at('copy.db.partial'), 'half')
  const { code, notes } = await run('backup', at('copy.db'))
  expect([code, notes]).toEqual([1, expect.stringContaining('another backup is writing it')])
  expect(readFileSync(at('copy.db.partial'), 'utf8')).toBe('half')
})

test('no file of the data directory can be named, with --force neither', async () => {
  await makeData()
  for (const name of ['sealpost.db', 'secret.key', 'copy.db']) {
    const { code, notes } = await run('backup', join(dataDir, name), '--force')
    expect([code, notes]).toEqual([1, expect.stringContaining('is the data directory')])
  }
  expect((await run('keys', 'list')).out).toContain('key_')
})

test.each([
  ['into a directory that is not there', 'none/copy.db', 'There is no directory'],
  ['onto a directory', '.', 'is a directory'],
])('%s it ends with 1 and one sentence', async (_what, name, words) => {
  await makeData()
  const { code, notes } = await run('backup', at(name))
  expect([code, notes]).toEqual([1, expect.stringContaining(words)])
  expect(notes).not.toContain('    at ')
})

test('without a database nothing is made, there or here', async () => {
  const { code, notes } = await run('backup', at('copy.db'))
  expect([code, notes]).toEqual([1, expect.stringContaining('There is no database')])
  expect(readdirSync(directory)).toEqual([])
})
