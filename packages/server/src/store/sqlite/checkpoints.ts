import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

/**
 * Copies the write-ahead log into the database in a thread of its own, so that no commit has to wait for the disk twice. The
 * thread is started when it is first needed, which on a server with little to do is never.
 */
export interface Checkpoints {
  /** A transaction was committed: asks for a checkpoint when the log has grown enough. */
  committed(): void
  /** A commit found no space: what is in the log may have it, and is copied now. */
  outOfSpace(): void
  /**
   * Null while commits may be made. Otherwise the rest of the log is being copied, and the promise resolves when it was: with
   * nothing new in it, the next commit begins it anew.
   */
  room(): Promise<void> | null
  close(): Promise<void>
}

export interface CheckpointThreadData {
  /** Of the database. */
  path: string
}

export interface CheckpointReply {
  /** Pages in the log, and how many of them are in the database now. */
  pages: number
  copied: number
  /** `code` is SQLite's extended result code. */
  error: { message: string; code: number | null } | null
}

/** Asks the thread for one checkpoint; `done` is called once. */
export type AskForCheckpoint = (done: (reply: CheckpointReply) => void) => void

export interface CheckpointParts {
  /** Pages that are in the log now; a page is 4 KiB. */
  pagesInLog: () => number
  ask: AskForCheckpoint
  /** The database could not be forced to the disk: what is in it may be lost. */
  onLost: (error: Error) => void
  /** Any other failure; it is tried again as the log grows. */
  onFault: (error: Error) => void
}

/** 16 MiB: what a checkpoint copies at least. A page that was written often meanwhile is copied once. */
const CHECKPOINT_PAGES = 4_000

// Extended result codes, https://www.sqlite.org/rescode.html
const SQLITE_IOERR_FSYNC = 1_034
const SQLITE_IOERR_DIR_FSYNC = 1_290

/**
 * A first checkpoint copies what has gathered, beside the commits that go on. It never reaches the end of the log so, and only
 * a log that was copied to its end begins anew. So commits wait for a second one right behind it, which has little left to copy.
 * That keeps the log at the size of a checkpoint, and the disk from being filled by it.
 *
 * A process that reads an old state for long, such as a backup, keeps the log from beginning anew: then it grows, and is looked
 * after again each time it has grown by as much.
 */
export function createCheckpoints(
  { pagesInLog, ask, onLost, onFault }: CheckpointParts,
  checkpointPages = CHECKPOINT_PAGES,
): Omit<Checkpoints, 'close'> & { idle(): Promise<void> } {
  let askAt = checkpointPages
  let seen = 0
  let phase: 'none' | 'beside commits' | 'commits wait' = 'none'
  let waiters: (() => void)[] = []
  let idleWaiters: (() => void)[] = []

  function start(next: Exclude<typeof phase, 'none'>): void {
    phase = next
    ask((reply) => {
      if (reply.error !== null) report(reply.error)
      else if (phase === 'beside commits' && reply.copied < pagesInLog()) {
        start('commits wait')
        return
      }
      phase = 'none'
      askAt = pagesInLog() + checkpointPages
      wake()
    })
  }

  function report({ message, code }: NonNullable<CheckpointReply['error']>): void {
    const error = new Error(`The write-ahead log cannot be copied into the database: ${message}`)
    if (code === SQLITE_IOERR_FSYNC || code === SQLITE_IOERR_DIR_FSYNC) onLost(error)
    else onFault(error)
  }

  function wake(): void {
    const woken = [...waiters, ...idleWaiters]
    waiters = []
    idleWaiters = []
    for (const go of woken) go()
  }

  return {
    committed() {
      const pages = pagesInLog()
      // It began anew.
      if (pages < seen) askAt = checkpointPages
      seen = pages
      if (pages >= askAt && phase === 'none') start('beside commits')
    },
    outOfSpace() {
      if (phase === 'none') start('beside commits')
    },
    room: () =>
      phase === 'commits wait'
        ? new Promise((resolve) => {
            waiters.push(resolve)
          })
        : null,
    idle: () =>
      phase === 'none'
        ? Promise.resolve()
        : new Promise((resolve) => {
            idleWaiters.push(resolve)
          }),
  }
}

const THREAD_FILE = fileURLToPath(new URL(`checkpoint-thread${extname(import.meta.url)}`, import.meta.url))

/** The thread that copies the log of the database at `path`; a thread that died is replaced when it is asked again. */
export function createCheckpointThread(path: string): { ask: AskForCheckpoint; close(): Promise<void> } {
  let worker: Worker | null = null
  let answer: ((reply: CheckpointReply) => void) | null = null

  function reply(message: CheckpointReply): void {
    const done = answer
    answer = null
    done?.(message)
  }

  function ended(one: Worker, message: string): void {
    if (worker !== one) return
    worker = null
    reply({ pages: 0, copied: 0, error: { message, code: null } })
  }

  function start(): Worker {
    const started = new Worker(THREAD_FILE, { workerData: { path } satisfies CheckpointThreadData })
    started.unref()
    started.on('message', (message: CheckpointReply) => reply(message))
    started.on('error', (error) => ended(started, messageOf(error)))
    // After an error it is the second to tell.
    started.on('exit', () => ended(started, 'the thread that copies it has ended'))
    return started
  }

  return {
    ask(done) {
      answer = done
      worker ??= start()
      worker.postMessage('checkpoint')
    },
    async close() {
      const last = worker
      worker = null
      await last?.terminate()
    },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
