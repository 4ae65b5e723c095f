import { explain } from './exit.ts'
import { createProgram } from './program.ts'
import { processTerminal, type Terminal } from './terminal.ts'

/** Runs one command line and gives its exit code: 0 done, 1 failed, 2 wrong usage or a wrong setting; verdicts have their own. */
export async function main(args: readonly string[], terminal: Terminal = processTerminal): Promise<number> {
  const verbs = { exitCode: 0 }
  try {
    const program = createProgram(terminal, (exitCode) => (verbs.exitCode = exitCode))
    await program.parseAsync(args, { from: 'user' })
    return verbs.exitCode
  } catch (error) {
    const { exitCode, message } = explain(error)
    if (message !== '') terminal.note(message)
    return exitCode
  }
}
