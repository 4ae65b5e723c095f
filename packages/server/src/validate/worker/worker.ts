import { workerData } from 'node:worker_threads'
import { parseNotingNumbers } from '../exact-numbers.ts'
import { SpoiltThread, type Compiled, type JudgeModule } from '../validators/validator.ts'
import { createCompiledCache } from './compiled-cache.ts'
import { JUDGES } from './judges.ts'
import type { Task, TaskAnswer, WorkerSetup } from './task.ts'

const { startMarks } = workerData as WorkerSetup
const cache = createCompiledCache()

/**
 * The entry point of a worker thread: one step. Nothing here guards against time and memory; the main thread does, by
 * ending the thread.
 */
export async function perform(task: Task): Promise<TaskAnswer> {
  const { compile } = await JUDGES[task.validator]()
  // Loading code is the server's time, not the run's.
  Atomics.store(startMarks, task.slot, 1)
  try {
    return await answerTo(task, compile)
  } catch (error) {
    if (error instanceof SpoiltThread) return endThread(error)
    return { kind: 'threw', message: reasonOf(error) }
  }
}

async function answerTo(task: Task, compile: JudgeModule['compile']): Promise<TaskAnswer> {
  // Two validators may have equal configurations, and make different things of them.
  const key = `${task.validator} ${task.configKey}`
  const known = cache.get(task.organizationId, key)
  if (known !== undefined) return use(known, task)
  if (task.configText === null) return { kind: 'config_wanted' }
  const { value: config } = parseNotingNumbers(task.configText)
  const compiled = await compile(config as Record<string, unknown>)
  const isKept = cache.set(task.organizationId, key, compiled, task.configText.length)
  try {
    return use(compiled, task)
  } finally {
    if (!isKept && 'judge' in compiled) compiled.dispose?.()
  }
}

function use(compiled: Compiled, { document }: Task): TaskAnswer {
  if ('refused' in compiled) return { kind: 'refused', error: compiled.refused }
  if (document === null) return { kind: 'compiled' }
  return { kind: 'judged', judgement: compiled.judge(document) }
}

/** An error that nobody catches ends the thread; the pool tells it as the outcome of the task, and starts another. */
function endThread(error: SpoiltThread): Promise<never> {
  queueMicrotask(() => {
    throw error
  })
  return new Promise(() => undefined)
}

function reasonOf(error: unknown): string {
  // What recursion makes of a document of a hundred thousand brackets, or of a schema that refers to itself alone.
  if (error instanceof RangeError) return 'the schema or the document is nested too deeply.'
  return error instanceof Error ? error.message : String(error)
}
