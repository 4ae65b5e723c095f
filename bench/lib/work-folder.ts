import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { atEnd } from './cleanup.ts'

/** Beside the checkout and not in the system's folder for temporary files, which may be memory: an fsync must be one. */
const WORK_PARENT = fileURLToPath(new URL('../../node_modules/.cache/sealpost-bench/', import.meta.url))

/** A process that was just killed may still be closing its files. */
const RETRIES_MAX = 5

export interface WorkFolder {
  path: string
  remove(): void
}

export function makeWorkFolder(name: string): WorkFolder {
  mkdirSync(WORK_PARENT, { recursive: true })
  const path = mkdtempSync(join(WORK_PARENT, `${name}-`))
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: RETRIES_MAX })
  const forget = atEnd(remove)
  return {
    path,
    remove() {
      remove()
      forget()
    },
  }
}
