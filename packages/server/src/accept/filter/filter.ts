import { Problem, shuttingDown } from '../../core/errors.ts'
import { LIMITS } from '../../core/limits.ts'
import { createResting } from '../../core/resting.ts'
import { mayHaveAnother } from '../../core/share.ts'
import { createTally } from '../../core/tally.ts'
import { createTurns, type Standing } from '../../core/turns.ts'
import type { BatchOutcome, FilterProcess } from './filter-process.ts'
import { createProcessPool, type ProcessPoolOptions } from './process-pool.ts'
import type { EventShape } from './event-shapes.ts'
import type { Result } from './process/messages.ts'
import { batchOf, bytesOf, createBatchLimit, placesLeft, type Item, type Task } from './tasks.ts'
import type { FilterVerdict, Prospect } from './verdict.ts'

export type { EventShape, FilterVerdict, Prospect }

/**
 * Judges events by the filters of webhooks: expressions in CEL over the body (description.ts). Both are a tenant's and may
 * be hostile, so they meet in processes apart, under limits of time and memory. The first process starts with the first
 * question; after a minute without any they end.
 *
 * Organizations take turns at the processes, and share no batch: what one of them asks keeps nobody else waiting. Not by a
 * gate, since one turn serves many tasks; by the same turns and shares (core/turns.ts, core/share.ts).
 *
 * Both questions throw `Problem`: `overloaded` when too many wait, `shutting_down` once the judge is closed.
 */
export interface FilterJudge {
  /**
   * What the expression can be as a filter of events of these shapes: refused when it cannot be used, or is true of none of
   * them, in plain words and with the place if there is one.
   */
  check(organizationId: number, expression: string, shapes?: readonly EventShape[]): Promise<Prospect>
  /**
   * For one event's body, one verdict for each expression, in their order. An expression that overran is not judged on
   * bodies as large as that for ten seconds, and longer each time (core/resting.ts): this too is an `overrun`.
   */
  judge(organizationId: number, body: Buffer, expressions: readonly string[]): Promise<FilterVerdict[]>
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
  const queue = createTurns<Task>()
  const queued = createTally<number>()
  /** Processes that are at work, by organization. */
  const working = createTally<number>()
  let isDispatchDue = false
  let closed: Promise<void> | null = null

  function enqueue(
    organizationId: number,
    { body, shapes }: Pick<Task, 'body' | 'shapes'>,
    expressions: readonly string[],
  ): Promise<Result[]> {
    return new Promise((resolve, reject) => {
      if (closed !== null) throw shuttingDown()
      const { filterQueueMax: max, ownToFreeMax } = LIMITS
      const own = queued.of(organizationId)
      if (!mayHaveAnother({ own, taken: queued.total, max, ownToFreeMax })) throw overloaded()
      const results = expressions.map(() => null)
      add({ organizationId, body, shapes, expressions, results, isSuspect: false, resolve, reject })
      if (isDispatchDue) return
      isDispatchDue = true
      // What is asked in the same turn shares a batch.
      queueMicrotask(dispatch)
    })
  }

  function add(task: Task, where: 'first' | 'last' = 'last'): void {
    queue.add(standingOf(task), task, where)
    queued.add(task.organizationId, 1)
  }

  /** Of the processes, the last one is for an organization that has none at work. */
  function mayWork({ organizationId }: Standing): boolean {
    const own = working.of(organizationId)
    return mayHaveAnother({ own, taken: working.total, max: options.processes, ownToFreeMax: Infinity })
  }

  /** One organization's, whose turn it is. */
  function nextBatch(): Task[] {
    const first = queue.next(mayWork)
    if (first === undefined) return []
    const fits = createBatchLimit()
    fits(first)
    const tasks = [first, ...queue.takeWhile(standingOf(first), fits)]
    queued.add(first.organizationId, -tasks.length)
    return tasks
  }

  function dispatch(): void {
    isDispatchDue = false
    while (queue.has(mayWork)) {
      const worker = pool.take()
      if (worker === undefined) return
      const tasks = nextBatch().filter((task) => !isSettled(task))
      if (tasks.length === 0) pool.release(worker, false)
      else void ask(worker, tasks)
    }
  }

  async function ask(worker: FilterProcess, tasks: readonly Task[]): Promise<void> {
    const { organizationId } = tasks[0] as Task
    const { batch, items } = batchOf(organizationId, tasks)
    working.add(organizationId, 1)
    const outcome = await worker.ask(batch)
    working.add(organizationId, -1)
    for (const [index, result] of outcome.results.entries()) give(items[index] as Item, result)
    if (outcome.kind === 'ended') blame(items.slice(outcome.results.length), outcome)
    const unsettled = tasks.filter((task) => !isSettled(task))
    if (closed !== null) {
      for (const task of unsettled) task.reject(shuttingDown())
      return
    }
    // What more there is to ask of one that overran can wait until the organization's others had a turn.
    const hasOverrun = ({ results }: Task) => results.includes('overrun')
    for (const task of unsettled.filter((each) => !hasOverrun(each)).reverse()) add(task, 'first')
    for (const task of unsettled.filter(hasOverrun)) add(task)
    pool.release(worker, outcome.kind === 'ended')
    dispatch()
    if (working.of(organizationId) === 0) queue.forget(standingOf(tasks[0] as Task))
  }

  function give({ task, place }: Item, result: Result): void {
    task.results[place] = result
    if (result === 'overrun')
      resting.add(task.organizationId, task.expressions[place] as string, bytesOf(task))
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
      const expression = task.expressions[place] as string
      if (resting.has(task.organizationId, expression, bytesOf(task))) task.results[place] = 'overrun'
    }
    if (placesLeft(task).length > 0) return false
    task.resolve(task.results as Result[])
    return true
  }

  function takeAll(): Task[] {
    const tasks = queue.clear()
    for (const { organizationId } of tasks) queued.add(organizationId, -1)
    return tasks
  }

  /** With no process at all, nothing can be said of any expression. */
  function onStartFailed(error: Error, isLast: boolean): void {
    onError?.(error)
    for (const task of isLast ? takeAll() : []) {
      if (task.body === null) task.reject(error)
      else task.resolve(task.results.map((result) => result ?? 'overrun'))
    }
  }

  async function end(): Promise<void> {
    for (const task of takeAll()) task.reject(shuttingDown())
    await pool.close()
  }

  return {
    async check(organizationId, expression, shapes = []) {
      const [result] = await enqueue(organizationId, { body: null, shapes }, [expression])
      return result as Prospect
    },
    async judge(organizationId, body, expressions) {
      return (await enqueue(organizationId, { body, shapes: [] }, expressions)) as FilterVerdict[]
    },
    close() {
      closed ??= end()
      return closed
    },
  }
}

const TOO_MUCH = 'it takes too much time or memory'

function standingOf({ organizationId }: Task): Standing {
  return { organizationId, key: '' }
}

function overloaded(): Problem {
  const detail =
    'Too many events of this organization, or of all, wait to be judged by filters. Try again in a moment.'
  return new Problem('overloaded', detail)
}
