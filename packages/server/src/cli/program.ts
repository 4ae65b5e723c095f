import { Command } from 'commander'
import { VERSION } from '../config/version.ts'
import { backupCommand } from './backup/index.ts'
import { demoCommand } from './demo/index.ts'
import { doctorCommand } from './doctor/index.ts'
import type { ExitCode } from './exit.ts'
import { keysCommand } from './keys/index.ts'
import { orgsCommand } from './orgs/index.ts'
import { serveCommand } from './serve.ts'
import type { Terminal } from './terminal.ts'
import { validateCommand } from './validate/index.ts'
import type { Verb } from './verb.ts'
import { waitCommand } from './wait/index.ts'

/** Every verb, in the order of the help text. */
const VERBS: readonly Verb[] = [
  serveCommand,
  demoCommand,
  validateCommand,
  waitCommand,
  keysCommand,
  orgsCommand,
  backupCommand,
  doctorCommand,
]

const HELP_WIDTH = 100

export function createProgram(terminal: Terminal, exit: (code: ExitCode) => void): Command {
  const program = new Command('sealpost')
    .description('Validation runs go in; signed, retried, observable webhooks come out.')
    .version(VERSION)
    .addHelpText('after', '\nEvery setting is described in docs/reference/configuration.md.')
  for (const verb of VERBS) program.addCommand(verb({ terminal, exit }))
  configure(program, terminal)
  return program
}

/** A thrown error instead of process.exit, and one way of printing, for the program and every verb below it. */
function configure(command: Command, terminal: Terminal): void {
  command
    .exitOverride()
    .showHelpAfterError('(--help tells more)')
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      getOutHelpWidth: () => HELP_WIDTH,
      getErrHelpWidth: () => HELP_WIDTH,
    })
  for (const child of command.commands) configure(child, terminal)
}
