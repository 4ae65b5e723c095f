import { Problem, shuttingDown } from '../../core/errors.ts'
import { LIMITS } from '../../core/limits.ts'
import type { BatchOutcome, FilterProcess } from './filter-process.ts'
import { createProcessPool, type ProcessPoolOptions } from './process-pool.ts'
import type { Result } from './process/messages.ts'
import { createResting } from './resting.ts'
import { batchOf, bytesOf, placesLeft, takeBatch, type Item, type Task } from './tasks.ts'
import type { FilterVerdict } from './verdict.ts'

export type { FilterVerdict }

/**
 * Judges events by the filters of webhooks: expressions in CEL over the body (description.ts). Both are a tenant's and may
 * be hostile, so they meet in processes apart, under limits of time and memory. The first process starts with the first
 * question; after a minute without any they end.
 *
 * Both questions throw `Problem`: `overloaded` when too many wait, `shutting_down` once the judge is closed.
 */
export interface FilterJudge {
  /** Why the expression cannot be a filter, in plain words and with the place if there is one; null when it can. */
  check(expression: string): Promise<string | null>
  /**
   * For one event's body, one verdict for each expression, in their order. An expression that overran is not judged on
   * bodies as large as that for ten seconds, and longer each time (resting.ts): this too is an `overrun`.
   */
  judge(body: Buffer, expressions: readonly string[]): Promise<FilterVerdict[]>
  /** Ends the processes at once; safe to call twice. */
  close(): Promise<void>
}

export interface FilterJudgeOptions extends ProcessPoolOptions {
  /** Is told when a process fails for a reason that is no expression's. */
  onError?: (error: Error) => void
}

export function createFilterJudge({ onError, ...options }: FilterJudgeOptions): FilterJudge {
  const resting = createResting(options.clock)
  const pool = createProcessPool(options, { onFree: dispatch, onStartFailed })
  const queue: Task[] = []
  let isDispatchDue = false
  let closed: Promise<void> | null = null

  function enqueue(body: Buffer | null, expressions: readonly string[]): Promise<Result[]> {
    return new Promise((resolve, reject) => {
      if (closed !== null) throw shuttingDown()
      if (queue.length >= LIMITS.filterQueueMax) throw overloaded()
      const results = expressions.map(() => null)
      queue.push({ body, expressions, results, isSuspect: false, resolve, reject })
      if (isDispatchDue) return
      isDispatchDue = true
      // What is asked in the same turn shares a batch.
      queueMicrotask(dispatch)
    })
  }

  function dispatch(): void {
    isDispatchDue = false
    while (queue.length > 0) {
      const worker = pool.take()
      if (worker === undefined) return
      const tasks = takeBatch(queue).filter((task) => !isSettled(task))
      if (tasks.length === 0) pool.release(worker, false)
      else void ask(worker, tasks)
    }
  }

  async function ask(worker: FilterProcess, tasks: readonly Task[]): Promise<void> {
    const { batch, items } = batchOf(tasks)
    const outcome = await worker.ask(batch)
    for (const [index, result] of outcome.results.entries()) give(items[index] as Item, result)
    if (outcome.kind === 'ended') blame(items.slice(outcome.results.length), outcome)
    const unsettled = tasks.filter((task) => !isSettled(task))
    if (closed !== null) {
      for (const task of unsettled) task.reject(shuttingDown())
      return
    }
    // What more there is to ask of one that overran can wait until everybody else had a turn.
    const hasOverrun = ({ results }: Task) => results.includes('overrun')
    queue.unshift(...unsettled.filter((task) => !hasOverrun(task)))
    queue.push(...unsettled.filter(hasOverrun))
    pool.release(worker, outcome.kind === 'ended')
    dispatch()
  }

  function give({ task, place }: Item, result: Result): void {
    task.results[place] = result
    if (result === 'overrun') resting.add(task.expressions[place] as string, bytesOf(task))
  }

  /** A process ended over one of these. */
  function blame(items: readonly Item[], { error }: BatchOutcome): void {
    if (error !== null) onError?.(error)
    const [only, ...others] = items
    if (only === undefined) return
    if (others.length === 0) give(only, only.task.body === null ? { refused: TOO_MUCH } : 'overrun')
    else for (const { task } of items) task.isSuspect = true
  }

  /** Whether nothing of a task is left to ask, what rests being answered without. Then it is resolved. */
  function isSettled(task: Task): boolean {
    for (const place of task.body === null ? [] : placesLeft(task)) {
      if (resting.has(task.expressions[place] as string, bytesOf(task))) task.results[place] = 'overrun'
    }
    if (placesLeft(task).length > 0) return false
    task.resolve(task.results as Result[])
    return true
  }

  /** With no process at all, nothing can be said of any expression. */
  function onStartFailed(error: Error, isLast: boolean): void {
    onError?.(error)
    for (const task of isLast ? queue.splice(0) : []) {
      if (task.body === null) task.reject(error)
      else task.resolve(task.results.map((result) => result ?? 'overrun'))
    }
  }

  async function end(): Promise<void> {
    for (const task of queue.splice(0)) task.reject(shuttingDown())
    await pool.close()
  }

  return {
    async check(expression) {
      const [result] = await enqueue(null, [expression])
      return (result as { refused: string | null }).refused
    },
    async judge(body, expressions) {
      return (await enqueue(body, expressions)) as FilterVerdict[]
    },
    close() {
      closed ??= end()
      return closed
    },
  }
}

const TOO_MUCH = 'it takes too much time or memory'

function overloaded(): Problem {
  const waiting = LIMITS.filterQueueMax
  return new Problem('overloaded', `${waiting} events wait to be judged by filters. Try again in a moment.`)
}
