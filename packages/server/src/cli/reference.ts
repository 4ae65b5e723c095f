import type { Command } from 'commander'
import { createProgram } from './program.ts'
import type { Terminal } from './terminal.ts'

const NOWHERE: Terminal = {
  out: () => undefined,
  note: () => undefined,
  progress: () => undefined,
  style: (_format, text) => text,
}

/** docs/reference/cli.md: the help text of every verb, made by `npm run docs`. */
export function renderCliPage(): string {
  const program = createProgram(NOWHERE, () => undefined)
  return `# Command line

<!-- Generated from packages/server/src/cli by \`npm run docs\`; change it there. -->

Every command reads the settings that it needs from flags, the environment or a file: see
[configuration](configuration.md).

| Exit code | Meaning |
|---|---|
| 0 | done |
| 1 | failed; the message says why |
| 2 | wrong usage, or a setting that cannot be used |

\`validate\` and \`wait\` have more codes: see their help and [docs/ci.md](../ci.md).
${leavesOf(program, '').map(renderVerb).join('')}`
}

interface Verb {
  name: string
  command: Command
}

function leavesOf(command: Command, parent: string): Verb[] {
  const name = `${parent} ${command.name()}`.trim()
  if (command.commands.length === 0) return [{ name, command }]
  return command.commands.flatMap((child) => leavesOf(child, name))
}

function renderVerb({ name, command }: Verb): string {
  let help = ''
  command.configureOutput({
    writeOut: (text) => (help += text),
    getOutHelpWidth: () => 100,
    getOutHasColors: () => false,
  })
  command.outputHelp()
  return `
## ${name}

\`\`\`text
${help.trimEnd()}
\`\`\`
`
}
