import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
  type Stats,
} from 'node:fs'
import { join } from 'node:path'
import { SECRET_KEY_BYTES } from './secret-box.ts'

export const SECRET_KEY_FILE = 'secret.key'

const OTHERS = 0o007

/**
 * The key that seals signing secrets: 32 random bytes, base64, in `secret.key` of the data directory, made on first use
 * with mode 0600. Lose it and every sealed secret is lost, so a backup must include it.
 *
 * Throws an Error when the file is damaged or when every account of the machine may read it. Access by the group is let
 * through: Kubernetes' `fsGroup` adds it to every file of a volume, and an administrator who shares a group means to.
 */
export function loadOrCreateKey(dataDir: string): Buffer {
  return readKey(dataDir) ?? create(dataDir, join(dataDir, SECRET_KEY_FILE))
}

/** The key of the data directory; null when none was made yet. Throws as `loadOrCreateKey` does. */
export function readKey(dataDir: string): Buffer | null {
  return read(join(dataDir, SECRET_KEY_FILE))
}

function read(path: string): Buffer | null {
  const file = openIfThere(path)
  if (file === null) return null
  try {
    refuseOpenFile(path, fstatSync(file))
    return decode(path, readFileSync(file, 'utf8'))
  } finally {
    closeSync(file)
  }
}

/**
 * A key is written whole beside its place and then linked into it: link fails where a file exists already, so of two
 * servers starting at once both end with the same key, and a crash never leaves half of one.
 */
function create(dataDir: string, path: string): Buffer {
  const key = randomBytes(SECRET_KEY_BYTES)
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeFileSync(file, `${key.toString('base64')}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  try {
    linkSync(draft, path)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
    const winner = read(path)
    if (winner === null) throw error
    return winner
  } finally {
    unlinkSync(draft)
  }
  syncDirectory(dataDir)
  return key
}

function decode(path: string, text: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length !== SECRET_KEY_BYTES || key.toString('base64') !== text.trim()) {
    throw new Error(
      `${path} is damaged: it must hold ${SECRET_KEY_BYTES} bytes in base64. Restore it from a backup.`,
    )
  }
  return key
}

function refuseOpenFile(path: string, { mode }: Stats): void {
  if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
    throw new Error(`${path} is open to every account of this machine. Run: chmod 600 ${path}`)
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}

/** Makes the new name as durable as the file; Windows has no such call. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
