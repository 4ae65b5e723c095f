import { Problem } from '../../core/errors.ts'

// Primary result codes, https://www.sqlite.org/rescode.html
export const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
const SQLITE_NOMEM = 7
const SQLITE_READONLY = 8
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26

const UNAVAILABLE: ReadonlySet<number> = new Set([
  SQLITE_BUSY,
  SQLITE_LOCKED,
  SQLITE_NOMEM,
  SQLITE_READONLY,
  SQLITE_IOERR,
  SQLITE_CORRUPT,
  SQLITE_CANTOPEN,
  SQLITE_NOTADB,
])

/** The primary result code of an error of node:sqlite; null when it is none. */
export function primaryCodeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null
  // The low byte: extended codes say the same thing more closely.
  return error.errcode & 0xff
}

/** Failures of the disk and of the database become the problems the interface names; anything else stays as it is. */
export function storeError(error: unknown): unknown {
  const code = primaryCodeOf(error)
  if (code === SQLITE_FULL) return new Problem('store_full', 'The disk is full', [], { cause: error })
  const closed = error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE'
  if (closed || (code !== null && UNAVAILABLE.has(code))) {
    return new Problem('store_unavailable', 'The store cannot take the work', [], { cause: error })
  }
  return error
}
