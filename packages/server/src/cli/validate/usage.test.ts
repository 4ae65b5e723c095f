import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LIMITS } from '../../core/limits.ts'
import { main } from '../main.ts'

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sealpost-validate-'))
  file = join(directory, 'a.json')
  writeFileSync(file, '{}')
  // An empty variable counts as unset: what the developer has set does not matter here.
  for (const name of ['SERVER', 'API_KEY', 'API_KEY_FILE', 'ORG']) vi.stubEnv(`SEALPOST_${name}`, '')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true, force: true })
})

async function run(...args: string[]): Promise<{ code: number; notes: string }> {
  const notes: string[] = []
  const code = await main(args, {
    out: () => undefined,
    note: (line) => void notes.push(line),
    progress: () => undefined,
    style: (_format, text) => text,
  })
  return { code, notes: notes.join('\n') }
}

const WORKFLOW = ['--workflow', 'product']
const many = Array.from({ length: LIMITS.clientDocumentsMax + 1 }, () => 'a.json')

test.each([
  { args: ['a.json'], words: '--workflow' },
  { args: WORKFLOW, words: 'document' },
  { args: ['a.json', '-w', '../x'], words: 'product-feed' },
  { args: [...WORKFLOW, 'a.json', '--metadata', 'commit'], words: 'KEY=VALUE' },
  { args: [...WORKFLOW, 'a.json', '--metadata', 'a=1', '--metadata', 'a=2'], words: 'a is given twice' },
  { args: [...WORKFLOW, 'a.json', '--timeout', '0'], words: 'from 1 to 86400' },
  { args: [...WORKFLOW, 'a.json', '--format', 'xml'], words: 'junit' },
  { args: [...WORKFLOW, 'a.json', '--fail-on', 'info'], words: 'warning' },
  { args: [...WORKFLOW, 'a.json', '--content-type', 'a\nb'], words: 'no control characters' },
  { args: [...WORKFLOW, '-', '-'], words: 'only once' },
  { args: [...WORKFLOW, 'a.json', 'b.json', '--subject', 's'], words: 'a single document' },
  { args: [...WORKFLOW, ...many], words: 'one command takes at most' },
  { args: [...WORKFLOW, '/none/a.json', '/none/b.json'], words: '/none/b.json cannot be read' },
  { args: [...WORKFLOW, '/'], words: '/ is a directory' },
])('validate $args.0 $args.1 … ends with 2 and says what would be right: $words', async ({ args, words }) => {
  const { code, notes } = await run('validate', ...args, '--api-key', 'sk_live_x')
  expect(code).toBe(2)
  expect(notes).toContain(words)
})

test.each([
  { args: ['--output', 'report.bin'], words: '--output report.bin: the ending of the file is not known' },
  { args: ['--output', '/none/report.xml'], words: '/none/report.xml cannot be written' },
  { args: ['--summary', '/none/summary.md'], words: '/none/summary.md cannot be written' },
  { args: ['--server', 'sealpost'], words: '--server' },
  { args: ['--api-key', 'a b'], words: '--api-key: its value is wrong' },
])('a place that cannot be used is told before anything is submitted: $args', async ({ args, words }) => {
  const { code, notes } = await run('validate', ...WORKFLOW, '--api-key', 'sk_live_x', file, ...args)
  expect(code).toBe(2)
  expect(notes).toContain(words)
  expect(notes).not.toContain('a b')
})

test('wait takes runs by either of their names', async () => {
  const { code, notes } = await run('wait', 'run-1', '--api-key', 'sk_live_x')
  expect(code).toBe(2)
  expect(notes).toContain('val_')
})
