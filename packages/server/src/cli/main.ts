import type { Command } from 'commander'
import { explain } from './exit.ts'
import { createProgram } from './program.ts'
import { processTerminal, type Terminal } from './terminal.ts'

/** Runs one command line and gives its exit code: 0 done, 1 failed, 2 wrong usage or a wrong setting; verdicts have their own. */
export async function main(args: readonly string[], terminal: Terminal = processTerminal): Promise<number> {
  const verbs = { exitCode: 0 }
  try {
    const program = createProgram(terminal, (exitCode) => (verbs.exitCode = exitCode))
    await program.parseAsync(helpIsOfAVerb(program, args), { from: 'user' })
    return verbs.exitCode
  } catch (error) {
    const { exitCode, message } = explain(error)
    if (message !== '') terminal.note(message)
    return exitCode
  }
}

const HELP_FLAGS: ReadonlySet<string> = new Set(['--help', '-h'])

/**
 * The arguments without `--help` where they name a verb that does not exist. Otherwise the help of the verb above it would be shown,
 * with exit code 0, and a typing error in a script would look like success.
 */
function helpIsOfAVerb(program: Command, args: readonly string[]): readonly string[] {
  let command = program
  for (const word of args) {
    if (word.startsWith('-')) continue
    if (command.commands.length === 0 || word === 'help') return args
    const verb = command.commands.find((child) => child.name() === word || child.aliases().includes(word))
    if (verb === undefined) return args.filter((argument) => !HELP_FLAGS.has(argument))
    command = verb
  }
  return args
}
