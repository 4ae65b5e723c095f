import { Command, InvalidArgumentError } from 'commander'
import { runIdFrom } from '../../core/ids.ts'
import { LIMITS } from '../../core/limits.ts'
import { addClientFlags } from '../remote/flags.ts'
import { addReportOptions, type ReportOptions } from '../report/options.ts'
import type { VerbContext } from '../verb.ts'

export function waitCommand(context: VerbContext): Command {
  const command = new Command('wait')
    .description('Wait until runs have ended; the exit code is the verdict')
    .argument('<run...>', 'a UUID, or val_…', parseRun)
  addReportOptions(command).addHelpText('after', HELP)
  addClientFlags(command)

  return command.action(async (runIds: string[], options: ReportOptions) => {
    // Loaded late, as in validate/index.ts.
    const [{ tellVerdicts }, { settleRun }, { mapInOrder }] = await Promise.all([
      import('../remote/tell-verdicts.ts'),
      import('../remote/settle-run.ts'),
      import('../remote/map-in-order.ts'),
    ])
    const { failOn } = options
    await tellVerdicts(context, command, options, (client, note) =>
      mapInOrder(runIds, LIMITS.clientDocumentsAtOnceMax, (id) =>
        settleRun(client, { kind: 'run', name: id }, { id, run: null }, { failOn, note }),
      ),
    )
  })
}

const HELP = `
Exit codes: 0 all pass, 1 one fails, 2 an error, 3 a run has not ended within --timeout, 130 interrupted.

Example:
  sealpost wait 0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b --timeout 600`

/** Commander hands over the arguments one by one, with those before. */
function parseRun(text: string, before: readonly string[] | undefined): string[] {
  const id = runIdFrom(text)
  if (id !== null) return [...(before ?? []), id]
  throw new InvalidArgumentError('A run is named by its UUID, or by val_ and 32 hexadecimal digits.')
}
