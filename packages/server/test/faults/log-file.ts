import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The write-ahead log of a data directory, as its index and its header tell: https://www.sqlite.org/walformat.html */
export interface LogFile {
  /** Changes whenever the log begins anew. */
  salt: string
  /** Frames that are in it. */
  frames: number
}

export const LOG_HEADER_BYTES = 32
/** A page and what stands before it. */
export const FRAME_BYTES = 24 + 4096

const SALT_AT = 16
const SALT_BYTES = 8
/** Of mxFrame in the index. */
const FRAMES_AT = 16

export function logOf(dataDir: string): LogFile | null {
  const [log, index] = [logPath(dataDir), `${databasePath(dataDir)}-shm`]
  if (!existsSync(log) || !existsSync(index)) return null
  const header = readFileSync(log).subarray(0, LOG_HEADER_BYTES)
  if (header.length < LOG_HEADER_BYTES) return null
  return {
    salt: header.toString('hex', SALT_AT, SALT_AT + SALT_BYTES),
    frames: readFileSync(index).readUInt32LE(FRAMES_AT),
  }
}

export function databasePath(dataDir: string): string {
  return join(dataDir, 'sealpost.db')
}

export function logPath(dataDir: string): string {
  return `${databasePath(dataDir)}-wal`
}
