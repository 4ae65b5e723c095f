import type { FieldError } from '../../core/errors.ts'
import type { JudgedDocument, Judgement } from '../validators/validator.ts'
import type { ValidatorName } from '../validators/index.ts'

/** What the main thread asks of a worker thread: one step of a workflow. */
export interface Task {
  validator: ValidatorName
  organizationId: number
  /** Names the configuration: equal keys, equal configurations. */
  configKey: string
  /** The configuration as JSON; null on the first try, since the worker may know it and it may be large. */
  configText: string | null
  /** What to judge; null asks only whether the configuration can be used. */
  document: JudgedDocument | null
  /** Which of the pool's start marks to set when work begins. */
  slot: number
}

/** What a worker thread answers. */
export type TaskAnswer =
  | { kind: 'judged'; judgement: Judgement }
  /** The configuration can be used. */
  | { kind: 'compiled' }
  /** The configuration cannot be used; the field is relative to it. */
  | { kind: 'refused'; error: FieldError }
  /** The worker does not know the configuration: ask again with its text. */
  | { kind: 'config_wanted' }
  | { kind: 'threw'; message: string }

/** What came of a task: the worker's answer, or why there is none. */
export type TaskOutcome =
  | TaskAnswer
  | { kind: 'timed_out' }
  | { kind: 'out_of_memory' }
  /** The thread could not start, or ended by itself. */
  | { kind: 'died'; message: string }
  /** Nobody waits for it any more: its thread was ended. */
  | { kind: 'cancelled' }
  /** The pool was closed meanwhile: says nothing about the task. */
  | { kind: 'closed' }

export interface TaskLimits {
  /** Tasks judged at once. */
  threads: number
  /** For each task, from the moment a thread begins it. */
  timeoutMs: number
  /** Heap of each thread. */
  memoryMb: number
}

/** What every worker of a pool is started with. */
export interface WorkerSetup {
  /** One mark for each slot; 1 once the slot's task has begun. Shared memory. */
  startMarks: Int32Array
}
