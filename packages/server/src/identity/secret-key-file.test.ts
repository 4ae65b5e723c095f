import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadOrCreateKey, SECRET_KEY_FILE } from './secret-key-file.ts'

let directory: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sealpost-key-'))
  path = join(directory, SECRET_KEY_FILE)
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

describe('loadOrCreateKey', () => {
  it('makes a key on first use and reads it ever after', () => {
    const key = loadOrCreateKey(directory)
    expect(key).toHaveLength(32)
    expect(readFileSync(path, 'utf8')).toBe(`${key.toString('base64')}\n`)
    expect(loadOrCreateKey(directory)).toEqual(key)
    expect(readdirSync(directory)).toEqual([SECRET_KEY_FILE])
  })

  it('makes another key elsewhere', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'sealpost-key-'))
    expect(loadOrCreateKey(directory)).not.toEqual(loadOrCreateKey(elsewhere))
    rmSync(elsewhere, { recursive: true })
  })

  it('gives every server that starts at once the same key', async () => {
    const source = `
      import { parentPort, workerData } from 'node:worker_threads'
      const { loadOrCreateKey } = await import(workerData.module)
      parentPort.postMessage(loadOrCreateKey(workerData.directory).toString('hex'))
    `
    const module = new URL('./secret-key-file.ts', import.meta.url).href
    const keys = await Promise.all(
      Array.from(
        { length: 4 },
        () =>
          new Promise((resolve, reject) => {
            const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`)
            const worker = new Worker(url, { workerData: { module, directory } })
            worker.once('message', resolve).once('error', reject)
          }),
      ),
    )
    expect(new Set(keys).size).toBe(1)
    expect(readdirSync(directory)).toEqual([SECRET_KEY_FILE])
  })

  it('fails where there is no directory', () => {
    expect(() => loadOrCreateKey(join(directory, 'missing'))).toThrow('ENOENT')
  })

  it.each([
    '',
    'not base64',
    Buffer.alloc(31).toString('base64'),
    `${Buffer.alloc(32).toString('base64')}AA`,
  ])('refuses a damaged file: %j', (text) => {
    writeFileSync(path, text, { mode: 0o600 })
    expect(() => loadOrCreateKey(directory)).toThrow('is damaged')
  })

  describe.skipIf(process.platform === 'win32')('where files have modes (Windows has none)', () => {
    it('lets nobody else read the new file', () => {
      loadOrCreateKey(directory)
      expect(statSync(path).mode & 0o777).toBe(0o600)
    })

    it.each([0o604, 0o644, 0o602])('refuses a file of mode %o', (mode) => {
      loadOrCreateKey(directory)
      chmodSync(path, mode)
      expect(() => loadOrCreateKey(directory)).toThrow(`Run: chmod 600 ${path}`)
    })

    it.each([0o400, 0o640, 0o660])('takes a file of mode %o', (mode) => {
      const key = loadOrCreateKey(directory)
      chmodSync(path, mode)
      expect(loadOrCreateKey(directory)).toEqual(key)
    })
  })
})
