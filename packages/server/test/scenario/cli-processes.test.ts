import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'

const BIN = new URL('../../bin/sealpost.js', import.meta.url).pathname
const CLONE = new URL('../../../../', import.meta.url).pathname
const STOP_SIGNAL = new URL('../../src/cli/stop-signal.ts', import.meta.url).href

let directory: string
const children: ChildProcess[] = []
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sealpost-process-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

interface Process {
  child: ChildProcess
  /** Resolves with everything printed so far, once it holds `text`; rejects when the process ends without. */
  until(text: string): Promise<string>
  exit: Promise<{ code: number | null; output: string }>
}

/** A process of its own, with TMPDIR in the test's directory, so that what it leaves behind can be seen. */
function start(...args: string[]): Process {
  return follow(spawn(process.execPath, args, { cwd: directory, env: { ...process.env, TMPDIR: directory } }))
}

function follow(child: ChildProcessByStdio<Writable, Readable, Readable>): Process {
  children.push(child)
  let output = ''
  const changed = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      for (const look of changed) look()
    })
  }
  const exit = once(child, 'close').then(([code]) => ({ code: code as number | null, output }))
  return {
    child,
    exit,
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!output.includes(text)) return
          changed.delete(look)
          resolve(output)
        }
        changed.add(look)
        look()
        void exit.then((ended) =>
          reject(new Error(`ended with ${ended.code} before "${text}":\n${ended.output}`)),
        )
      }),
  }
}

test('serve tells where it listens and how to get a key, and a signal ends it with 0', async () => {
  const server = start(BIN, 'serve', '--port', '0', '--data-dir', directory)
  const output = await server.until('There is no API key yet')
  const url = /Sealpost listens on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1] ?? ''
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  server.child.kill('SIGTERM')
  const ended = await server.exit
  expect(ended.code).toBe(0)
  for (const line of ended.output.trim().split('\n')) expect(() => void JSON.parse(line)).not.toThrow()
})

test('serve on a data directory that is taken ends with 1 and one sentence', async () => {
  const first = start(BIN, 'serve', '--port', '0', '--data-dir', directory)
  await first.until('Sealpost listens on')
  const second = await start(BIN, 'serve', '--port', '0', '--data-dir', directory).exit
  expect(second.code).toBe(1)
  expect(second.output).toContain(directory)
  expect(second.output).not.toContain('    at ')
})

test('a setting that cannot be used ends serve with 2', async () => {
  const { code, output } = await start(BIN, 'serve', '--port', 'eighty').exit
  expect(code).toBe(2)
  expect(output).toContain('--port')
})

/** The server as a user of a clone starts it, in a process group of its own. */
function startWithNpx(): Process {
  const args = ['sealpost', 'serve', '--port', '0', '--data-dir', directory]
  return follow(spawn('npx', args, { cwd: CLONE, detached: true }))
}

test('a signal to npx stops the server that it started', async () => {
  const server = startWithNpx()
  await server.until('There is no API key yet')
  server.child.kill('SIGTERM')
  // The pipes close when the last process that writes to them has ended, which is the server.
  expect((await server.exit).output).toContain('Sealpost has stopped')
})

test('a signal to the whole process group of npx stops the server in good order', async () => {
  const server = startWithNpx()
  await server.until('There is no API key yet')
  process.kill(-(server.child.pid ?? 0), 'SIGTERM')
  expect((await server.exit).output).toContain('Sealpost has stopped')
})

/** Is asked to stop, and goes on. */
const STUBBORN = `import { listenForStop } from '${STOP_SIGNAL}'
  setInterval(() => undefined, 1000)
  listenForStop().asked.then((signal) => console.log('asked by ' + signal))
  let heard = 0
  process.on('SIGINT', () => console.log('heard ' + ++heard))
  console.log('ready')`

test('the same signal twice at once is one request: a group and whoever started us both pass it on', async () => {
  const stubborn = start('--input-type=module-typescript', '--eval', STUBBORN)
  await stubborn.until('ready')
  stubborn.child.kill('SIGINT')
  await stubborn.until('heard 1')
  stubborn.child.kill('SIGINT')
  const output = await stubborn.until('heard 2')
  expect(output).toContain('asked by SIGINT')
})

test('a second request does not wait for the first one', async () => {
  const stubborn = start('--input-type=module-typescript', '--eval', STUBBORN)
  await stubborn.until('ready')
  stubborn.child.kill('SIGINT')
  await stubborn.until('asked by SIGINT')
  stubborn.child.kill('SIGTERM')
  expect(await stubborn.exit).toMatchObject({ code: 1 })
})

test('a signal ends a backup with 1, and nothing of the copy is left', async () => {
  const data = join(directory, 'data')
  mkdirSync(data)
  await start(BIN, 'keys', 'create', '--name', 'a', '--data-dir', data).exit
  const changes = watch(directory, { signal: AbortSignal.timeout(30_000) })
  const backup = start(BIN, 'backup', 'copy.db', '--data-dir', data)
  // The copy begins when the rest of the program is loaded, long after its file is there.
  for await (const { filename } of changes) if (filename === 'copy.db.partial') break
  backup.child.kill('SIGINT')
  expect(await backup.exit).toEqual({
    code: 1,
    output: expect.stringContaining('Stopped by SIGINT') as string,
  })
  expect(readdirSync(directory)).toEqual(['data'])
})

test('demo --once: every webhook of real documents arrives and verifies, and nothing stays behind', async () => {
  const { code, output } = await start(BIN, 'demo', '--once').exit
  expect(output).toContain('expected 28, arrived 28, verified 28')
  expect(output).toContain('turned away and sent again: 2')
  expect(code).toBe(0)
  expect(readdirSync(directory)).toEqual([])
}, 90_000)

test('demo stays up until a signal, and cleans up after itself', async () => {
  const demo = start(BIN, 'demo')
  const output = await demo.until('Ctrl-C ends it')
  const [, key = '', url = ''] =
    /KEY=(sk_live_\S+)[^]*?(http:\/\/127\.0\.0\.1:\d+)\/api\/v1\/orgs/.exec(output) ?? []
  const runs = await fetch(`${url}/api/v1/orgs/octo-demo/runs/`, { headers: { 'x-api-key': key } })
  expect(((await runs.json()) as { data: unknown[] }).data).toHaveLength(11)
  demo.child.kill('SIGINT')
  expect(await demo.exit).toMatchObject({ code: 0 })
  expect(readdirSync(directory)).toEqual([])
}, 90_000)
