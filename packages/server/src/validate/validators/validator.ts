import type { FieldError } from '../../core/errors.ts'
import type { Finding, FindingCounts } from '../../core/run.ts'
import type { Score } from '../../core/score.ts'
import type { SeenType } from '../../core/seen.ts'

/**
 * A kind of step, as the main thread knows it. The part that judges lives in a module of its own (`JudgeModule`) that is
 * loaded in worker threads only, since both a schema and a document may be hostile.
 *
 * To add one: a folder here, a line in `index.ts`, and the line in `../worker/judges.ts` that the compiler then asks for.
 */
export interface Validator {
  /** What `type` of a step says. */
  name: string
  /** Whether a document must be JSON; one that is not is refused before a run is made of it. */
  needsJson: boolean
  /** Whether it judges web pages, so that a URL may be submitted in place of a document. */
  judgesPages: boolean
  /** Whether it is told what the steps before it found (`JudgedDocument.before`). */
  readsFindings: boolean
  /** The field of the configuration that takes work to prepare: what is named when it takes too much. */
  compiledField: string
  /**
   * A cheap look at the shape of a step's configuration. What takes real work, such as compiling, is done by `compile`
   * in a worker. Fields are relative to the configuration, e.g. `schema`; empty when there is nothing to say.
   */
  checkConfig(config: Record<string, unknown>): FieldError[]
  /**
   * A step's configuration as it is judged by, told those of the workflow's other steps of this validator; the very same when it
   * takes nothing of them. All have passed `checkConfig`. Left out by a validator whose steps do not know of each other.
   */
  withOthers?(
    config: Record<string, unknown>,
    others: readonly Record<string, unknown>[],
  ): Record<string, unknown>
}

/** What a worker thread loads of a validator. */
export interface JudgeModule {
  /** Prepares a configuration that passed `checkConfig`. Awaits nothing from outside: a worker does one thing at a time. */
  compile: (config: Record<string, unknown>) => Compiled | Promise<Compiled>
}

export type Compiled =
  | {
      judge: Judge
      /** Gives back what the thread's heap does not hold; called once, and nothing is judged after it. */
      dispose?: () => void
    }
  /** The configuration cannot be used; the field is relative to it. */
  | { refused: FieldError }

/** Judges one document. May throw: that breaks the run (ERROR), it does not fail it. */
export type Judge = (document: JudgedDocument) => Judgement

export interface JudgedDocument {
  content: Uint8Array
  contentType: string | null
  /** Whether it came as text: its bytes are UTF-8 then, whatever it says of its encoding. */
  isText?: boolean
  fileName: string | null
  /** Where a page was fetched from, after redirects, or what the submission names; relative links start there. */
  url: string | null
  subject: string | null
  /** JSON, so that its numbers travel to the thread as they were written. */
  metadataText: string
  /** Null unless the validator `readsFindings`. */
  before: JudgedBefore | null
}

/** What the steps before this one came to. */
export interface JudgedBefore {
  findings: readonly Finding[]
  counts: FindingCounts
  score: number | null
  seen: readonly SeenType[] | null
}

export interface Judgement {
  /** At most `LIMITS.findingsMax`. */
  findings: Finding[]
  /** All findings, also those that `findings` had no room for. */
  counts: FindingCounts
  /** Left out by a validator that gives none. */
  score?: Score
  /** Left out by a validator that does not look for types; empty when it looked and there were none. */
  seen?: SeenType[]
}

/**
 * Thrown while compiling or judging by what may have been damaged by it, such as a library in WebAssembly that was cut off
 * in the middle: the thread ends with this task, and whoever comes next gets another.
 */
export class SpoiltThread extends Error {
  readonly code: 'ERR_THREAD_SPOILT' | 'ERR_WORKER_OUT_OF_MEMORY'

  constructor(message: string, code: SpoiltThread['code'] = 'ERR_THREAD_SPOILT') {
    super(message)
    this.code = code
  }
}
