import { workerData } from 'node:worker_threads'
import type { Compiled } from '../validators/validator.ts'
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
    const compiled = cache.get(task.configKey) ?? compileAndKeep(compile, task)
    if (compiled === null) return { kind: 'config_wanted' }
    if ('refused' in compiled) return { kind: 'refused', error: compiled.refused }
    if (task.document === null) return { kind: 'compiled' }
    return { kind: 'judged', judgement: compiled.judge(task.document) }
  } catch (error) {
    return { kind: 'threw', message: reasonOf(error) }
  }
}

function compileAndKeep(
  compile: (config: Record<string, unknown>) => Compiled,
  { configKey, configText }: Task,
): Compiled | null {
  if (configText === null) return null
  const compiled = compile(JSON.parse(configText) as Record<string, unknown>)
  cache.set(configKey, compiled, configText.length)
  return compiled
}

function reasonOf(error: unknown): string {
  // What recursion makes of a document of a hundred thousand brackets, or of a schema that refers to itself alone.
  if (error instanceof RangeError) return 'the schema or the document is nested too deeply.'
  return error instanceof Error ? error.message : String(error)
}
