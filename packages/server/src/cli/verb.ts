import type { Command } from 'commander'
import type { ExitCode } from './exit.ts'
import type { Terminal } from './terminal.ts'

/** What a verb is given. One that ends without `exit` ends with 0. */
export interface VerbContext {
  terminal: Terminal
  exit: (code: ExitCode) => void
}

export type Verb = (context: VerbContext) => Command
