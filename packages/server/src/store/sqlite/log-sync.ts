import { Problem } from '../../core/errors.ts'

/**
 * Forces the write-ahead log to the disk off the main thread. A commit is visible to reads as soon as it is made, and lost
 * with the power until it is forced: so nothing may be sent, and no answer may leave, before the newest commit that it could
 * tell of is on the disk.
 */
export interface LogSync {
  /** A transaction was committed. */
  committed(): void
  /** Resolves when every commit so far is on the disk; null when it is. Rejects with `store_unavailable` once forcing failed. */
  durable(): Promise<void> | null
  /** Throws `store_unavailable` once forcing failed: nothing may be built on what may be lost. */
  assertSound(): void
  /** Resolves when nothing is under way; what was committed since is left to whoever closes the database. */
  idle(): Promise<void>
}

/** Forces what was written to the log so far, and calls back. */
export type ForceLog = (done: (error: Error | null) => void) => void

interface Waiter {
  /** The commit that it waits for, as counted. */
  commit: number
  resolve: () => void
  reject: (error: Error) => void
}

/**
 * One forcing is under way at a time; whoever comes meanwhile shares the next. After one that failed the pages look clean
 * although they are lost, and a second try would succeed without having written them: so the first failure is final, and
 * `onLost` hears of it. Whoever opens the database next has the log copied and forced anew (see open-database.ts).
 */
export function createLogSync(force: ForceLog, onLost: (error: Error) => void): LogSync {
  let commits = 0
  let forced = 0
  let underWay = false
  let lost: Error | null = null
  let waiters: Waiter[] = []
  let idleWaiters: (() => void)[] = []

  function start(): void {
    underWay = true
    const upTo = commits
    force((error) => {
      underWay = false
      if (error === null) forced = Math.max(forced, upTo)
      else if (lost === null) fail(error)
      settle()
      if (waiters.length > 0 && lost === null) start()
      else endIdleness()
    })
  }

  function fail(cause: Error): void {
    lost = new Problem('store_unavailable', 'What was stored could not be forced to the disk.', [], { cause })
    onLost(lost)
  }

  function settle(): void {
    const ready = waiters.filter(({ commit }) => lost !== null || commit <= forced)
    waiters = waiters.filter(({ commit }) => lost === null && commit > forced)
    for (const { resolve, reject } of ready) {
      if (lost === null) resolve()
      else reject(lost)
    }
  }

  function endIdleness(): void {
    const woken = idleWaiters
    idleWaiters = []
    for (const wake of woken) wake()
  }

  return {
    committed() {
      commits += 1
    },
    durable() {
      if (lost !== null) return Promise.reject(lost)
      if (forced === commits) return null
      return new Promise((resolve, reject) => {
        waiters.push({ commit: commits, resolve, reject })
        if (!underWay) start()
      })
    },
    assertSound() {
      if (lost !== null) throw lost
    },
    idle: () =>
      underWay
        ? new Promise((resolve) => {
            idleWaiters.push(resolve)
          })
        : Promise.resolve(),
  }
}
