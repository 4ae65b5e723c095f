import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const MODULE = JSON.stringify(new URL('line-file.ts', import.meta.url).href)

/** Another process, since it is about what happens when one ends, and when nobody reads. */
function program(body: string): string[] {
  return ['--input-type=module', '-e', `import { createLineFile } from ${MODULE}; ${body}`]
}

const cwd = fileURLToPath(new URL('.', import.meta.url))

test('lines arrive whole and in order, whatever ends the process', async () => {
  const endings = ['', 'process.exit(0)', 'setTimeout(() => process.exit(0), 1)']
  for (const ending of endings) {
    const lines = `const file = createLineFile(1); for (let n = 0; n < 1000; n += 1) file.write('line ' + n + '\\n'); ${ending}`
    const { stdout } = await promisify(execFile)(process.execPath, program(lines), { cwd })
    expect(stdout).toBe(Array.from({ length: 1_000 }, (_, number) => `line ${number}\n`).join(''))
  }
})

test('lines that nobody reads are dropped beyond a limit, and counted', async () => {
  const body = `
    const file = createLineFile(1, 100_000)
    const turn = (left) => {
      file.write('x'.repeat(999) + '\\n')
      if (left > 0) setImmediate(turn, left - 1)
      else process.stderr.write('written')
    }
    turn(2_000)`
  const child = spawn(process.execPath, program(body), { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  await once(child.stderr, 'data')
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  await once(child, 'close')
  const lines = text.trimEnd().split('\n')
  const told = lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { dropped: number })
  const dropped = told.reduce((sum, line) => sum + line.dropped, 0)
  expect(dropped).toBeGreaterThan(1_000)
  expect(lines.length - told.length + dropped).toBe(2_001)
})
