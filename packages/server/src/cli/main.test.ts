import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStore } from '../compose.ts'
import { systemClock } from '../core/clock.ts'
import { createIds } from '../core/ids.ts'
import { systemRandom } from '../core/random.ts'
import { settingsWith } from '../config/load.ts'
import { hashKey, issueKey, wellFormed } from '../identity/api-key.ts'
import { ensureDefaultOrganization } from '../identity/bootstrap.ts'
import type { Store } from '../store/store.ts'
import { main } from './main.ts'
import type { Terminal } from './terminal.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sealpost-cli-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

interface Ran {
  code: number
  out: string
  notes: string
}

/** One command line on the test's own data directory. */
async function run(...args: string[]): Promise<Ran> {
  const out: string[] = []
  const notes: string[] = []
  const terminal: Terminal = {
    out: (line) => void out.push(line),
    note: (line) => void notes.push(line),
    progress: () => undefined,
    style: (_format, text) => text,
  }
  const code = await main(args, terminal)
  return { code, out: out.join('\n'), notes: notes.join('\n') }
}

const store = (...args: string[]): Promise<Ran> => run(...args, '--data-dir', directory)

describe('usage', () => {
  test('help and version are no errors', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('doctor') as string })
    expect(await run('--version')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    })
    expect((await run('keys', 'create', '--help')).out).toContain('--expires')
  })

  test.each([
    { args: [], words: 'Usage' },
    { args: ['serv'], words: 'Did you mean serve' },
    { args: ['nonsense', '--help'], words: "unknown command 'nonsense'" },
    { args: ['keys', 'nonsense', '-h'], words: "unknown command 'nonsense'" },
    { args: ['keys', 'create'], words: '--name' },
    { args: ['keys', 'create', '--name', ' '], words: '1 to 200' },
    { args: ['keys', 'create', '--name', 'a\tb'], words: 'no control characters' },
    { args: ['keys', 'create', '--name', 'a'.repeat(201)], words: '1 to 200' },
    {
      args: ['keys', 'create', '--name', 'a', '--scopes', 'read,all'],
      words: 'read, write, admin, operator',
    },
    { args: ['keys', 'create', '--name', 'a', '--expires', 'soon'], words: '90d' },
    { args: ['keys', 'create', '--name', 'a', '--expires', '3651d'], words: 'at most 3650d' },
    { args: ['keys', 'create', '--name', 'a', '--expires', '99999999d'], words: 'at most 3650d' },
    { args: ['orgs', 'create', 'Not A Slug'], words: 'lower-case' },
    { args: ['orgs', 'create', '123'], words: 'not digits only' },
    { args: ['orgs', 'create', 'a'.repeat(65)], words: '1 to 64' },
    { args: ['orgs', 'create', 'a', '--name', ' '], words: '1 to 200' },
    { args: ['orgs', 'create', 'a', '--name', 'a\nb'], words: 'no control characters' },
    { args: ['orgs', 'create', 'a', '--tier', 'gold'], words: 'enterprise' },
    { args: ['serve', '--port', 'eighty'], words: 'whole number' },
    { args: ['serve', '--host', '300.1.1.1'], words: '--host: "300.1.1.1" is wrong' },
    { args: ['serve', '--host', 'fe80::1%lo'], words: 'without a zone' },
    { args: ['serve', '--secret-key', 'x'], words: 'unknown option' },
  ])('$args ends with 2 and says what would be right', async ({ args, words }) => {
    const { code, notes } = await run(...args)
    expect(code).toBe(2)
    expect(notes).toContain(words)
  })
})

describe('keys', () => {
  test('a key is made on a fresh data directory, and the store knows it by its hash alone', async () => {
    const { code, out } = await store('keys', 'create', '--name', 'CI', '--scopes', 'write,read', '--json')
    expect(code).toBe(0)
    const { id, key } = JSON.parse(out) as { id: string; key: string }
    expect(wellFormed(key)).toBe(true)
    expect(await rowOf(key)).toMatchObject({ id, name: 'CI', scopes: ['read', 'write'], expiresAt: null })
    const listed = await store('keys', 'list', '--json')
    expect(JSON.parse(listed.out)).toMatchObject([
      { id, name: 'CI', organization: 'default', status: 'active' },
    ])
    expect(listed.out + (await store('keys', 'list')).out).not.toContain(key)
  })

  test('without --json the key stands alone on standard output, for $(…)', async () => {
    const { out, notes } = await store('keys', 'create', '--name', 'laptop')
    expect(wellFormed(out)).toBe(true)
    expect(notes).not.toContain(out)
  })

  test('--expires counts from now', async () => {
    const before = Date.now()
    const { out } = await store('keys', 'create', '--name', 'short', '--expires', '90d')
    const row = await rowOf(out)
    expect(row?.expiresAt).toBeGreaterThanOrEqual(before + 90 * 86_400_000)
    expect(row?.expiresAt).toBeLessThanOrEqual(Date.now() + 90 * 86_400_000)
  })

  test('the longest --expires is taken, and listed', async () => {
    const longest = ['--name', 'a'.repeat(200), '--expires', '3650d']
    expect((await store('keys', 'create', ...longest)).code).toBe(0)
    expect((await store('keys', 'list')).code).toBe(0)
  })

  test('a stored key with a time beyond every date, and a name for the terminal, does no harm to lists', async () => {
    const id = `key_${'0'.repeat(32)}`
    await withStore(async (opened) => {
      const [organization] = await opened.organizations.list()
      const { row } = issueKey(
        {
          id,
          organizationId: organization?.id ?? 0,
          name: '\u001b[2Jodd',
          scopes: ['read'],
          expiresAt: 9e15,
          now: 0,
        },
        systemRandom,
      )
      await opened.keys.create(row)
    })
    const listed = await store('keys', 'list')
    expect(listed).toMatchObject({ code: 0, out: expect.stringContaining('+275760-09-13') as string })
    const revoked = await store('keys', 'revoke', id)
    const again = await store('keys', 'revoke', id)
    for (const text of [listed.out, revoked.notes, again.notes]) {
      expect(text).toContain('\\u001b[2Jodd')
      expect(text).not.toContain('\u001b')
    }
  })

  test('an unknown organization: the message says which there are, and how to make one', async () => {
    const { code, notes } = await store('keys', 'create', '--name', 'a', '--org', 'acme')
    expect(code).toBe(1)
    expect(notes).toContain('The organizations are: default')
    expect(notes).toContain('sealpost orgs create acme')
    await store('orgs', 'create', 'acme', '--name', 'Acme')
    expect((await store('keys', 'create', '--name', 'a', '--org', 'acme')).code).toBe(0)
    expect(JSON.parse((await store('keys', 'list', '--org', 'acme', '--json')).out)).toHaveLength(1)
    expect(JSON.parse((await store('keys', 'list', '--org', 'default', '--json')).out)).toHaveLength(0)
  })

  test('a key is revoked once; a second time and an unknown id are errors', async () => {
    const { id } = JSON.parse((await store('keys', 'create', '--name', 'a', '--json')).out) as { id: string }
    expect((await store('keys', 'revoke', id)).code).toBe(0)
    expect(JSON.parse((await store('keys', 'list', '--json')).out)).toMatchObject([{ id, status: 'revoked' }])
    expect(await store('keys', 'revoke', id)).toMatchObject({
      code: 1,
      notes: expect.stringContaining('was revoked already') as string,
    })
    expect((await store('keys', 'revoke', 'key_none')).code).toBe(1)
  })
})

describe('a data directory that is not there', () => {
  test('is not made by a typo: the message names it and where it came from', async () => {
    const missing = join(directory, 'sealpots-data')
    for (const verb of [
      ['keys', 'create', '--name', 'a'],
      ['keys', 'list'],
      ['orgs', 'create', 'acme'],
    ]) {
      const { code, notes } = await run(...verb, '--data-dir', missing)
      expect(code).toBe(1)
      expect(notes).toContain(`The data directory ${missing} (from --data-dir) does not exist.`)
    }
    expect(existsSync(missing)).toBe(false)
  })

  test('nor is a database made in a directory that has none, by a verb that only looks', async () => {
    const { code, notes } = await run('keys', 'list', '--data-dir', directory)
    expect(code).toBe(1)
    expect(notes).toContain(`There is no Sealpost database in ${directory}.`)
    expect(readdirSync(directory)).toEqual([])
  })

  test('a file in its place ends with 1 and one sentence', async () => {
    const file = join(directory, 'file')
    writeFileSync(file, '')
    const { code, notes } = await run('keys', 'create', '--name', 'a', '--data-dir', file)
    expect(code).toBe(1)
    expect(notes).toMatch(/file is not a directory/)
    expect(notes).not.toContain('    at ')
  })
})

test('a new key names the data directory that it is good for', async () => {
  const { notes } = await store('keys', 'create', '--name', 'laptop')
  expect(notes).toContain(`in ${directory}`)
})

describe('orgs', () => {
  test('made and listed; a slug is taken once', async () => {
    expect((await store('orgs', 'create', 'acme', '--tier', 'pro', '--json')).out).toContain('"tier":"pro"')
    const listed = JSON.parse((await store('orgs', 'list', '--json')).out) as { slug: string }[]
    expect(listed.map(({ slug }) => slug).sort()).toEqual(['acme', 'default'])
    expect((await store('orgs', 'list')).out).toContain('SLUG')
    expect((await store('orgs', 'create', 'acme')).code).toBe(1)
  })
})

function rowOf(key: string) {
  return withStore(async (opened) => (await opened.keys.byHash(hashKey(key)))?.key)
}

async function withStore<Result>(work: (opened: Store) => Promise<Result>): Promise<Result> {
  const machine = { workingDirectory: directory, parallelism: 1 }
  const ids = createIds(systemClock, systemRandom)
  const opened = await openStore(settingsWith({ dataDir: directory }, machine), { clock: systemClock, ids })
  try {
    await ensureDefaultOrganization(opened, ids, systemClock)
    return await work(opened)
  } finally {
    await opened.close()
  }
}
