import { closeSync, fdatasync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { createCheckpoints, createCheckpointThread } from './checkpoints.ts'
import { createLogSync } from './log-sync.ts'

/** The write-ahead log as a connection sees it: who forces it to the disk, and when there is room in it. */
export interface ForcedLog {
  /** A transaction was committed. */
  committed(): void
  /** Null when every commit so far is on the disk; otherwise resolves when it is. See log-sync.ts. */
  durable(): Promise<void> | null
  /** A transaction found no space on the disk. */
  outOfSpace(): void
  /** Null while there is room for another commit; otherwise resolves when there is. See checkpoints.ts. */
  room(): Promise<void> | null
  /** Throws `store_unavailable` once the disk has failed: nothing may be built on what may be lost. */
  assertSound(): void
  /** Lets what is under way end. The database may be closed then, which forces what is left. */
  close(): Promise<void>
}

/** For a database whose every commit is forced before it returns (`synchronous = FULL`). */
export const FORCED_BY_COMMIT: ForcedLog = {
  committed: () => undefined,
  durable: () => null,
  outOfSpace: () => undefined,
  room: () => null,
  assertSound: () => undefined,
  close: () => Promise.resolve(),
}

export interface LogWatch {
  /** The disk failed to keep what was written, and what this process has stored may be lost: it has to stop. */
  onLost: (error: Error) => void
  /** Something failed that is tried again. */
  onFault: (error: Error) => void
}

/**
 * Takes the disk's part of a commit off this thread: `database` forces nothing by itself any more, and copies nothing of its
 * log until it is closed.
 */
export function createForcedLog(database: DatabaseSync, path: string, watch: LogWatch): ForcedLog {
  database.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0')
  const file = openForcedAnew(database, `${path}-wal`)
  const sync = createLogSync((done) => fdatasync(file, done), watch.onLost)
  const thread = createCheckpointThread(path)
  const askNothing = database.prepare('PRAGMA wal_checkpoint(NOOP)')
  const checkpoints = createCheckpoints({
    pagesInLog: () => Number(askNothing.get()?.['log']),
    ask: (done) => thread.ask(done),
    ...watch,
  })
  let closing: Promise<void> | null = null

  async function close(): Promise<void> {
    await Promise.all([sync.idle(), checkpoints.idle()])
    await thread.close()
    await sync.idle()
    closeSync(file)
  }

  return {
    committed() {
      sync.committed()
      checkpoints.committed()
    },
    durable: () => sync.durable(),
    outOfSpace: () => checkpoints.outOfSpace(),
    room: () => checkpoints.room(),
    assertSound: () => sync.assertSound(),
    close: () => (closing ??= close()),
  }
}

const BLOCK_BYTES = 1024 * 1024

/**
 * Opens the log. After a forcing that failed the system may take pages for written that are not, and would not write them again.
 * So what an earlier process left in it is written once more as it reads, before anything is built on it. The write lock keeps
 * other processes from writing meanwhile, and has SQLite make the log where there is none.
 */
function openForcedAnew(database: DatabaseSync, path: string): number {
  database.exec('BEGIN IMMEDIATE')
  try {
    const file = openSync(path, 'r+')
    const block = Buffer.allocUnsafe(BLOCK_BYTES)
    const { size } = fstatSync(file)
    for (let at = 0; at < size;) {
      const length = readSync(file, block, 0, BLOCK_BYTES, at)
      if (length === 0) break
      writeSync(file, block, 0, length, at)
      at += length
    }
    fdatasyncSync(file)
    return file
  } finally {
    database.exec('ROLLBACK')
  }
}
