import { Command } from 'commander'
import { SettingsError, type LoadedSettings } from '../../config/load.ts'
import { describeOrigin } from '../../config/layer.ts'
import { SETTING_KEYS, SETTINGS, showSetting } from '../../config/settings.ts'
import { systemClock } from '../../core/clock.ts'
import type { RunningServer } from '../../config/running-server.ts'
import { EXIT } from '../exit.ts'
import type { VerbContext } from '../verb.ts'
import { addSettingFlags, settingsOf } from '../setting-flags.ts'
import { surveyOf } from '../with-store.ts'
import type { Style, Terminal } from '../terminal.ts'
import { messageOf } from '../message-of.ts'
import { wrong, type Check, type CheckResult, type CheckStatus } from './check.ts'
import { checkDataDirectory } from './data-directory.ts'
import { checkDatabase, runningServerOn } from './database.ts'
import { checkPort } from './listener.ts'
import { checkClock, checkNode } from './machine.ts'
import { checkMail } from './mail.ts'
import { checkMonitors } from './monitors.ts'
import { checkExposure } from './network.ts'
import { checkSealedSecrets } from './sealed-secrets.ts'
import { checkSilentWebhooks } from './silent-webhooks.ts'
import { checkUnknownNames } from './unknown-names.ts'
import { checkWebhooks } from './webhooks.ts'

const CHECKS: readonly Check[] = [
  checkNode,
  checkClock,
  checkDataDirectory,
  checkDatabase,
  checkSealedSecrets,
  checkPort,
  checkExposure,
  checkMail,
  checkWebhooks,
  checkSilentWebhooks,
  checkMonitors,
  checkUnknownNames,
]

export function doctorCommand({ terminal, exit }: VerbContext): Command {
  const command = new Command('doctor')
    .description('Look for problems that keep a server from starting or sending, and say what to do')
    .option('--json', 'print JSON')
  addSettingFlags(command)

  return command.action(async (options: { json?: true }) => {
    const loaded = await loadOrExplain(command)
    const results = 'wrong' in loaded ? loaded.wrong : await runChecks(loaded)
    if (options.json) terminal.out(JSON.stringify({ settings: settingRows(loaded), checks: results }))
    else printReport(terminal, loaded, results)
    if (results.some((result) => result.status === 'wrong')) exit(EXIT.failure)
  })
}

interface Judged extends LoadedSettings {
  /** The server on the data directory, whose settings are judged in place of the caller's; null when none runs. */
  running: RunningServer | null
}

type Loaded = Judged | { wrong: CheckResult[] }

async function loadOrExplain(command: Command): Promise<Loaded> {
  try {
    const loaded = await settingsOf(command)
    const survey = await surveyOf(loaded.settings)
    const running = runningServerOn(loaded.settings.dataDir, survey)
    // What the server was started with counts, not what this shell happens to say.
    return { ...loaded, settings: { ...loaded.settings, ...running?.settings }, running }
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return {
      wrong: error.problems.map(({ place, message }) =>
        wrong('settings', `${place}: ${message}`, 'Correct it; the other checks need the settings.'),
      ),
    }
  }
}

async function runChecks({ settings }: LoadedSettings): Promise<CheckResult[]> {
  const survey = await surveyOf(settings)
  const results: CheckResult[] = []
  for (const check of CHECKS) {
    try {
      results.push(...(await check({ settings, clock: systemClock, survey })))
    } catch (error) {
      results.push(
        wrong('doctor', `A check failed: ${messageOf(error)}`, 'Report this as a fault of Sealpost.'),
      )
    }
  }
  return results
}

function settingRows(loaded: Loaded) {
  if ('wrong' in loaded) return []
  const { settings, origins, running } = loaded
  return SETTING_KEYS.map((key) => ({
    name: SETTINGS[key].name,
    value: showSetting(key, settings[key]),
    origin: running !== null && key in running.settings ? 'the running server' : describeOrigin(origins[key]),
  }))
}

const MARKS: Record<CheckStatus, { mark: string; style: Style }> = {
  ok: { mark: '✓', style: 'green' },
  warning: { mark: '!', style: 'yellow' },
  wrong: { mark: '✗', style: 'red' },
}

function printReport(terminal: Terminal, loaded: Loaded, results: readonly CheckResult[]): void {
  const running = 'wrong' in loaded ? null : loaded.running
  const rows = settingRows(loaded)
  const title =
    running === null ? 'Settings' : `Settings of the server at ${running.url} (pid ${running.pid})`
  if (rows.length > 0) terminal.out(terminal.style('bold', title))
  for (const row of rows) {
    const isPlain = row.origin === 'default' || row.origin === 'the running server'
    const origin = isPlain ? '' : `  from ${row.origin}`
    terminal.out(`  ${row.name.padEnd(20)}${row.value}${terminal.style('dim', origin)}`)
  }
  terminal.out(terminal.style('bold', 'Checks'))
  for (const { status, detail, advice } of results) {
    terminal.out(`  ${terminal.style(MARKS[status].style, MARKS[status].mark)} ${detail}`)
    if (advice !== null) terminal.out(`      ${advice}`)
  }
  terminal.out(verdictOf(results))
}

function verdictOf(results: readonly CheckResult[]): string {
  const count = (status: CheckStatus): number => results.filter((result) => result.status === status).length
  const wrongs = count('wrong')
  const warnings = count('warning')
  const warned = warnings === 1 ? 'one warning' : `${warnings} warnings`
  if (wrongs === 0) return warnings === 0 ? 'Nothing is wrong.' : `No check failed; ${warned} above.`
  const failed = wrongs === 1 ? 'One thing is wrong' : `${wrongs} things are wrong`
  return warnings === 0 ? `${failed}.` : `${failed}; ${warned} above.`
}
