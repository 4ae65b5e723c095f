import type { Command } from 'commander'
import type { ClientSettings } from '../../config/client-settings.ts'
import { SettingsError } from '../../config/load.ts'
import { systemClock } from '../../core/clock.ts'
import { systemRandom } from '../../core/random.ts'
import { SECOND_MS } from '../../core/time.ts'
import { CommandError, explain, VERDICT_EXIT } from '../exit.ts'
import { openDestinations, type ReportOptions } from '../report/options.ts'
import { exitCodeOf, overall, unendedRunIds, type Entry } from '../report/report.ts'
import { writeReport } from '../report/write.ts'
import { listenForStop } from '../stop-signal.ts'
import { printable } from '../terminal.ts'
import type { VerbContext } from '../verb.ts'
import { createRemoteClient, type RemoteClient } from './client.ts'
import { clientSettingsOf } from './flags.ts'

/** Ends a verb with the verdicts that `work` brings: prints them, writes the files, sets the exit code. */
export async function tellVerdicts(
  { terminal, exit }: VerbContext,
  command: Command,
  options: ReportOptions,
  work: (client: RemoteClient, note: (line: string) => void) => Promise<Entry[]>,
): Promise<void> {
  const settings = clientSettingsOf(command)
  const destinations = openDestinations(options)
  const signal = listenForStop(VERDICT_EXIT.interrupted)
  const stop = new AbortController()
  void signal.asked.then(() => stop.abort())
  const { note } = terminal
  warnOfPlainHttp(settings, note)
  try {
    const client = createRemoteClient(settings, {
      clock: systemClock,
      random: systemRandom,
      stop: stop.signal,
      timeoutMs: options.timeout * SECOND_MS,
      note,
    })
    const entries = await work(client, note)
    await writeReport(terminal, entries, destinations)
    for (const line of adviceFor(entries)) note(line)
    exit(exitCodeOf(overall(entries)))
  } catch (error) {
    throw asNoVerdict(error)
  } finally {
    signal.release()
  }
}

/** An exit code of 1 would say that a document is bad, which nobody has found. */
function asNoVerdict(error: unknown): Error {
  if (error instanceof SettingsError) return error
  return new CommandError(explain(error).message, VERDICT_EXIT.error, { cause: error })
}

function adviceFor(entries: readonly Entry[]): string[] {
  const runIds = unendedRunIds(entries)
  return runIds.length === 0
    ? []
    : [`To wait for the runs that have not ended: sealpost wait ${runIds.join(' ')}`]
}

/** The key is in every request. */
function warnOfPlainHttp({ server }: ClientSettings, note: (line: string) => void): void {
  const { protocol, hostname } = new URL(server)
  const isLocal = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
  if (protocol === 'https:' || isLocal) return
  note(`${printable(server)} uses plain http: anybody on the way can read the API key.`)
}
