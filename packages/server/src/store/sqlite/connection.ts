import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { Problem } from '../../core/errors.ts'
import { storeError } from './errors.ts'
import { FORCED_BY_COMMIT, type ForcedLog } from './forced-log.ts'

/** A prepared statement whose result has the shape `Row`. */
export interface Statement<Row = unknown> {
  get(...values: SQLInputValue[]): Row | undefined
  all(...values: SQLInputValue[]): Row[]
  /** Reads row by row, no further than the caller goes. Nothing may be written before it has ended. */
  iterate(...values: SQLInputValue[]): Iterable<Row>
  run(...values: SQLInputValue[]): { changes: number | bigint; lastInsertRowid: number | bigint }
}

/**
 * The database as the operations see it. A transaction is synchronous: between its start and its end nothing else of this
 * process can run, and so nothing can come between. What may be asynchronous is the disk's part of it (forced-log.ts).
 */
export interface Connection {
  /** Prepared once, when the store opens. `Row` is what the SQL selects: the one place where types meet SQL. */
  prepare<Row = unknown>(sql: string): Statement<Row>
  /** Runs `action` with the store's errors. */
  read<Result>(action: () => Result): Result
  /** Runs `action` in a transaction: durable when the promise resolves, undone when it rejects. */
  commit<Result>(action: () => Result): Promise<Result>
  /** The same for work that is several transactions: each a `write`. */
  durably<Result>(work: () => Result): Promise<Result>
  /** A transaction that is visible to reads when this returns, undone when it throws, and not yet durable. */
  write<Result>(action: () => Result): Result
  /** Null when everything that was committed is on the disk; otherwise resolves when it is. */
  durable(): Promise<void> | null
  /** Runs a part of a transaction so that its failure undoes that part alone. The failure is thrown on. */
  savepoint<Result>(action: () => Result): Result
  /** Calls `listener` when a transaction or a part of it was undone, so that caches can drop what was not to be. */
  onUndo(listener: () => void): void
  /** Calls `listener` at the end of every transaction; after `onUndo`, when it was undone. */
  onEnd(listener: (committed: boolean) => void): void
  /** Lets what is under way end; nothing is written afterwards, and the database may be closed. Safe to call twice. */
  close(): Promise<void>
  /** Whether a transaction failed for the store's own reasons since the health was last proved. */
  readonly ailing: boolean
  proveHealthy(): void
}

export function createConnection(database: DatabaseSync, log: ForcedLog = FORCED_BY_COMMIT): Connection {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const undoListeners: (() => void)[] = []
  const endListeners: ((committed: boolean) => void)[] = []
  let ailing = false

  function rollBack(): void {
    // A full disk or an I/O error may already have rolled back.
    if (database.isOpen && database.isTransaction) database.exec('ROLLBACK')
    for (const listener of undoListeners) listener()
    for (const listener of endListeners) listener(false)
  }

  function write<Result>(action: () => Result): Result {
    log.assertSound()
    const result = inTransaction(action)
    log.committed()
    return result
  }

  async function durably<Result>(work: () => Result): Promise<Result> {
    // With nothing to wait for, the work is done when the promise is handed out.
    const room = log.room()
    if (room !== null) await room
    const result = work()
    const durable = log.durable()
    if (durable !== null) await durable
    return result
  }

  function inTransaction<Result>(action: () => Result): Result {
    try {
      begin.run()
      const result = action()
      commit.run()
      for (const listener of endListeners) listener(true)
      return result
    } catch (error) {
      rollBack()
      const mapped = storeError(error)
      ailing ||= mapped !== error
      if (mapped instanceof Problem && mapped.code === 'store_full') log.outOfSpace()
      throw mapped
    }
  }

  return {
    prepare: <Row>(sql: string) => database.prepare(sql) as unknown as Statement<Row>,
    read(action) {
      try {
        return action()
      } catch (error) {
        throw storeError(error)
      }
    },
    commit: (action) => durably(() => write(action)),
    durably,
    write,
    durable: () => log.durable(),
    savepoint(action) {
      database.exec('SAVEPOINT part')
      try {
        const result = action()
        database.exec('RELEASE part')
        return result
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK TO part; RELEASE part')
        for (const listener of undoListeners) listener()
        throw storeError(error)
      }
    },
    onUndo: (listener) => void undoListeners.push(listener),
    onEnd: (listener) => void endListeners.push(listener),
    close: () => log.close(),
    get ailing() {
      return ailing
    },
    proveHealthy() {
      ailing = false
    },
  }
}
