/**
 * Loaded into a server before its own code (`node --import`): a disk that fails or hangs when the server forces its log, and a
 * note of how much of the log was ever forced, which is all that a power cut leaves (see power-cut.ts).
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { isMainThread } from 'node:worker_threads'
import { logOf } from '../log-file.ts'
import { DISK_VARIABLE, type Arm, type Control, type Disk } from './words.ts'

const { fdatasync, fdatasyncSync } = fs
let disk: Disk = 'well'
let held: (() => void)[] = []

function noteForced(): (() => void) | null {
  const dataDir = process.env[DISK_VARIABLE]
  if (dataDir === undefined) return null
  // What is written after this moment may be forced with it, or not.
  const forced = JSON.stringify(logOf(dataDir))
  return () => {
    const path = forcedNotePath(dataDir)
    fs.writeFileSync(`${path}.new`, forced)
    fs.renameSync(`${path}.new`, path)
  }
}

function forcedNotePath(dataDir: string): string {
  return `${dataDir}/forced.json`
}

type Done = (error: NodeJS.ErrnoException | null) => void

function watchedForce(file: number, done: Done): void {
  if (disk === 'fails') {
    process.nextTick(done, Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }))
    return
  }
  if (disk === 'hangs') {
    held.push(() => watchedForce(file, done))
    return
  }
  const note = noteForced()
  fdatasync(file, (error) => {
    if (error === null) note?.()
    done(error)
  })
}

if (isMainThread) {
  fs.fdatasync = Object.assign(watchedForce, { __promisify__: fdatasync.__promisify__ })
  fs.fdatasyncSync = (file) => {
    const note = noteForced()
    fdatasyncSync(file)
    note?.()
  }
  syncBuiltinESMExports()
  process.on('message', (control: Control | Arm) => {
    if ('arm' in control || control.disk === undefined) return
    disk = control.disk
    const waiting = held
    held = []
    for (const force of waiting) force()
    process.send?.(control)
  })
  process.channel?.unref()
}
