import type { FieldError } from '../../core/errors.ts'
import type { Finding, FindingCounts } from '../../core/run.ts'

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
  /** The field of the configuration that takes work to prepare: what is named when it takes too much. */
  compiledField: string
  /**
   * A cheap look at the shape of a step's configuration. What takes real work, such as compiling, is done by `compile`
   * in a worker. Fields are relative to the configuration, e.g. `schema`; empty when there is nothing to say.
   */
  checkConfig(config: Record<string, unknown>): FieldError[]
}

/** What a worker thread loads of a validator. */
export interface JudgeModule {
  /** Prepares a configuration that passed `checkConfig`. Synchronous: a worker does one thing at a time. */
  compile: (config: Record<string, unknown>) => Compiled
}

export type Compiled =
  | { judge: Judge }
  /** The configuration cannot be used; the field is relative to it. */
  | { refused: FieldError }

/** Judges one document. May throw: that breaks the run (ERROR), it does not fail it. */
export type Judge = (document: JudgedDocument) => Judgement

export interface JudgedDocument {
  content: Uint8Array
  contentType: string | null
  fileName: string | null
}

export interface Judgement {
  /** At most `LIMITS.findingsMax`. */
  findings: Finding[]
  /** All findings, also those that `findings` had no room for. */
  counts: FindingCounts
}
