import { CommanderError } from 'commander'
import { SettingsError } from '../config/load.ts'
import { Problem } from '../core/errors.ts'

export const EXIT = { ok: 0, failure: 1, usage: 2 } as const
/** Of the verbs that tell a verdict: 1 is kept for "the document is bad", so whatever else goes wrong is 2. */
export const VERDICT_EXIT = { pass: 0, fail: 1, error: 2, unfinished: 3, interrupted: 130 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT] | VerdictExitCode
export type VerdictExitCode = (typeof VERDICT_EXIT)[keyof typeof VERDICT_EXIT]

/** What a verb cannot do, told to a person: one plain message, no stack. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError'
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode = EXIT.failure, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** The exit code and the words for whatever a verb threw. The words are '' where they have been printed already. */
export function explain(error: unknown): { exitCode: ExitCode; message: string } {
  // Commander has printed its message; its code 0 stands for --help and --version.
  if (error instanceof CommanderError) {
    return { exitCode: error.exitCode === 0 ? EXIT.ok : EXIT.usage, message: '' }
  }
  if (error instanceof SettingsError) return { exitCode: EXIT.usage, message: error.message }
  if (error instanceof CommandError) return { exitCode: error.exitCode, message: error.message }
  if (error instanceof Problem) return { exitCode: EXIT.failure, message: error.message }
  // What cannot start says why in a plain Error: a port or a data directory that is taken, a key that does not fit.
  if (error instanceof Error && error.constructor === Error) {
    return { exitCode: EXIT.failure, message: plainMessage(error) }
  }
  // Anything else, such as a TypeError, is a fault of ours: the stack is what a bug report needs.
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { exitCode: EXIT.failure, message }
}

/** With what to do about those of Node's errors that people meet. */
function plainMessage(error: Error & { code?: unknown }): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `${error.message}. Another program listens there: stop it, or choose another --port.`
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${error.message}. Check who owns the data directory, or choose another --data-dir.`
    default:
      return error.message
  }
}
