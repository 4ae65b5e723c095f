import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHECKS } from '../invariants/checks/index.ts'
import { eventually } from '../support/eventually.ts'
import { openShell, type TypedShell } from '../support/typed-shell.ts'

const CLONE = fileURLToPath(new URL('../../../../', import.meta.url))
const README = readFileSync(join(CLONE, 'README.md'), 'utf8')
/** Each round starts Node five times. */
const TIMEOUT_MS = 600_000

/** The tour and the snippets after it, from the start of the server to its end. */
const SNIPPETS = snippetsOf(README)
const FIRST = SNIPPETS.findIndex((snippet) => snippet.includes('npx sealpost serve'))
const LAST = SNIPPETS.findIndex((snippet) => snippet.startsWith('kill '))
const TYPED = SNIPPETS.slice(FIRST, LAST + 1)

let directory: string
let shell: TypedShell
/** Other tests, and the developer, may use the ports that the README names. */
let ports: { server: number; receiver: number }

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sealpost-readme-'))
  // Where the snippets find the commands and the receiver package, as in the clone.
  symlinkSync(join(CLONE, 'node_modules'), join(directory, 'node_modules'))
  const [server, receiver] = await freePorts()
  ports = { server, receiver }
  shell = openShell(directory, {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SEALPOST_'))),
    TMPDIR: directory,
    SEALPOST_PORT: String(server),
    SEALPOST_SERVER: `http://127.0.0.1:${server}`,
  })
})
afterAll(async () => {
  await shell.end()
  rmSync(directory, { recursive: true, force: true })
})

test('the tour and the snippets can be typed in, twice in a row', { timeout: TIMEOUT_MS }, async () => {
  expect(FIRST).toBeGreaterThan(0)
  expect(LAST).toBeGreaterThan(FIRST)
  for (const round of [1, 2]) {
    const answers: string[] = []
    for (const [index, snippet] of TYPED.entries()) {
      const file = join(directory, `snippet-${round}-${index}.sh`)
      writeFileSync(file, withPorts(snippet))
      // The README says "a moment later"; whoever is too early looks again.
      if (snippet.includes('dlv_')) await shell.until('verified evt_')
      const isDelivered = /* the log of a delivery */ snippet.includes('dlv_')
      const typed = await eventually(
        () => shell.type(file),
        ({ output }) => !isDelivered || output.includes('"state":"delivered"'),
      )
      expect(typed, snippet).toMatchObject({ code: 0 })
      // Every refusal of the API has one.
      expect(typed.output, snippet).not.toContain('"request_id"')
      answers.push(typed.output)
    }
    const said = answers.join('')
    expect(said).toContain('"status":"ready"')
    expect(said).toContain('"result":"FAIL"')
    expect(said).toContain('"attempt_count":1')
    expect(said).toContain('"order.paid"')
    expect(said).toContain('PASS page.json')
    expect(said).not.toMatch(/^refused: /m)
    // So that the next round, or another program, can have the port.
    expect(await eventually(isListening, (listening) => !listening)).toBe(false)
  }
})

test('the snippets show each of these calls', () => {
  for (const call of [
    '/enable',
    '/replay',
    '/rotate-secret',
    '/events',
    '/validate',
    '/alert-rules',
    '/monitors',
    '/channels',
  ]) {
    expect(
      TYPED.filter((snippet) => snippet.includes(call)),
      call,
    ).not.toEqual([])
  }
})

test('no other page has a call that nobody types in', () => {
  const pages = ['docs/operating.md', 'docs/workflows.md', 'docs/ci.md', 'packages/receiver/README.md']
  const calls = pages.flatMap((page) => snippetsOf(readFileSync(join(CLONE, page), 'utf8')))
  expect(calls.filter((snippet) => snippet.includes('curl '))).toEqual([])
})

test('the README and the table name as many invariants as the checker has', () => {
  const numbers = [...new Set(CHECKS.map(({ invariant }) => invariant))].sort((left, right) => left - right)
  const page = readFileSync(join(CLONE, 'docs/simulation.md'), 'utf8')
  expect([...page.matchAll(/^\| +(\d+) \|/gm)].map((row) => Number(row[1]))).toEqual(numbers)
  expect(numbers).toHaveLength(26)
  expect(README).toContain('[Twenty-six invariants]')
})

function snippetsOf(page: string): string[] {
  return [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '')
}

function withPorts(snippet: string): string {
  return snippet.replaceAll(':8080', `:${ports.server}`).replaceAll(/\b3000\b/g, String(ports.receiver))
}

async function isListening(): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${ports.server}/healthz`)
    return true
  } catch {
    return false
  }
}

/** Two that were free a moment ago. */
async function freePorts(): Promise<[number, number]> {
  const listeners = [createServer(), createServer()]
  for (const listener of listeners) await once(listener.listen(0, '127.0.0.1'), 'listening')
  const [first = 0, second = 0] = listeners.map((listener) => (listener.address() as AddressInfo).port)
  for (const listener of listeners) await once(listener.close(), 'close')
  return [first, second]
}
