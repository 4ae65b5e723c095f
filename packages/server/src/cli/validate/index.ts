import { Command, InvalidArgumentError, Option } from 'commander'
import { LIMITS } from '../../core/limits.ts'
import { isSlug } from '../../core/organization.ts'
import { systemRandom } from '../../core/random.ts'
import { CommandError, VERDICT_EXIT } from '../exit.ts'
import { addClientFlags } from '../remote/flags.ts'
import { addReportOptions, type ReportOptions } from '../report/options.ts'
import type { VerbContext } from '../verb.ts'
import { STANDARD_INPUT, targetOf, type Target } from './target.ts'

interface Options extends ReportOptions {
  workflow: string
  subject?: string
  metadata?: Record<string, string>
  contentType?: string
  wait: boolean
}

export function validateCommand(context: VerbContext): Command {
  const command = new Command('validate')
    .description('Let a running server judge documents; the exit code is the verdict')
    .argument('<document...>', 'files, http(s) URLs, or - for standard input; one run for each')
    .requiredOption('-w, --workflow <SLUG_OR_ID>', 'the workflow that judges them', parseWorkflow)
    .option('--subject <NAME>', 'your own name for a single document (default: its path)', parseLabel)
    .option('--metadata <KEY=VALUE>', 'your own data, kept with each run; repeatable', parseMetadata)
    .option('--content-type <TYPE>', 'content type of all files (default: by the ending of each)', parseLabel)
    .addOption(new Option('--wait', 'wait for the verdicts').default(true, 'yes'))
    .option('--no-wait', 'end when all documents are submitted')
  addReportOptions(command).addHelpText('after', HELP)
  addClientFlags(command)

  return command.action(async (documents: string[], options: Options) => {
    const targets = targetsOf(documents, options)
    await checkReadable(targets)
    // Loaded late: what talks to a server is not needed by help texts and wrong usage.
    const [{ tellVerdicts }, { judgeAll }] = await Promise.all([
      import('../remote/tell-verdicts.ts'),
      import('./judge-all.ts'),
    ])
    await tellVerdicts(context, command, options, (client, note) =>
      judgeAll(client, targets, {
        workflow: options.workflow,
        metadata: options.metadata ?? {},
        subject: options.subject ?? null,
        failOn: options.failOn,
        isWaiting: options.wait,
        standardInput: process.stdin,
        random: systemRandom,
        note,
      }),
    )
  })
}

const HELP = `
Exit codes: 0 all documents pass, 1 one fails, 2 an error (wrong usage, the server cannot be reached, a run ended without a
verdict), 3 a run has not ended within --timeout, 130 interrupted. With several documents, the highest code counts.

Examples:
  sealpost validate --workflow product data/*.json
  sealpost validate --workflow structured-data https://example.com/news --output report.xml`

/** Throws CommandError. */
function targetsOf(documents: readonly string[], options: Options): Target[] {
  if (documents.length > LIMITS.clientDocumentsMax) {
    throw usage(
      `${documents.length} documents are too many: one command takes at most ${LIMITS.clientDocumentsMax}.`,
    )
  }
  if (documents.filter((document) => document === STANDARD_INPUT).length > 1) {
    throw usage('Standard input (-) can be read only once.')
  }
  if (options.subject !== undefined && documents.length > 1) {
    throw usage('--subject is for a single document. Without it, each document is named by its path.')
  }
  const given = { contentType: options.contentType ?? null, subject: options.subject ?? null }
  return documents.map((document) => targetOf(document, given, process.cwd()))
}

/** Before anything is submitted, so that a slip of the pen leaves no runs behind. */
async function checkReadable(targets: readonly Target[]): Promise<void> {
  const { unreadable } = await import('./read-document.ts')
  const messages: string[] = []
  for (const { kind, name } of targets) {
    const message = kind === 'file' ? await unreadable(name) : null
    if (message !== null) messages.push(message)
  }
  if (messages.length > 0) throw usage(messages.join('\n'))
}

function usage(message: string): CommandError {
  return new CommandError(message, VERDICT_EXIT.error)
}

function parseWorkflow(text: string): string {
  if (isSlug(text) || /^\d{1,15}$/.test(text)) return text
  throw new InvalidArgumentError('It is a slug, such as product-feed, or the number of a workflow.')
}

function parseLabel(text: string): string {
  if (/^[^\p{Cc}]{1,255}$/u.test(text)) return text
  throw new InvalidArgumentError('It has 1 to 255 characters, and no control characters.')
}

function parseMetadata(text: string, before: Record<string, string> = {}): Record<string, string> {
  const end = text.indexOf('=')
  if (end < 1) throw new InvalidArgumentError('Write KEY=VALUE, such as commit=9f2c1e.')
  const key = text.slice(0, end)
  if (Object.hasOwn(before, key)) throw new InvalidArgumentError(`${key} is given twice.`)
  // Not by assignment, which would take the key __proto__ for something else.
  return Object.fromEntries([...Object.entries(before), [key, text.slice(end + 1)]])
}
