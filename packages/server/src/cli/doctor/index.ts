import { Command } from 'commander'
import { SettingsError, type LoadedSettings } from '../../config/load.ts'
import { describeOrigin } from '../../config/layer.ts'
import { SETTING_KEYS, SETTINGS, showSetting } from '../../config/settings.ts'
import { systemClock } from '../../core/clock.ts'
import { EXIT } from '../exit.ts'
import type { VerbContext } from '../verb.ts'
import { addSettingFlags, settingsOf } from '../setting-flags.ts'
import type { Style, Terminal } from '../terminal.ts'
import { messageOf, wrong, type Check, type CheckResult, type CheckStatus } from './check.ts'
import { checkDataDirectory } from './data-directory.ts'
import { checkDatabase } from './database.ts'
import { checkPort } from './listener.ts'
import { checkClock, checkNode } from './machine.ts'
import { checkMail } from './mail.ts'
import { checkExposure } from './network.ts'
import { checkSealedSecrets } from './sealed-secrets.ts'

const CHECKS: readonly Check[] = [
  checkNode,
  checkClock,
  checkDataDirectory,
  checkDatabase,
  checkSealedSecrets,
  checkPort,
  checkExposure,
  checkMail,
]

export function doctorCommand({ terminal, exit }: VerbContext): Command {
  const command = new Command('doctor')
    .description('Look for what would keep a server from starting or sending, and say what to do')
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

type Loaded = LoadedSettings | { wrong: CheckResult[] }

async function loadOrExplain(command: Command): Promise<Loaded> {
  try {
    return await settingsOf(command)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return {
      wrong: error.problems.map(({ place, message }) =>
        wrong('settings', `${place}: ${message}`, 'Mend it; the other checks need the settings.'),
      ),
    }
  }
}

async function runChecks({ settings }: LoadedSettings): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for (const check of CHECKS) {
    try {
      results.push(...(await check({ settings, clock: systemClock })))
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
  return SETTING_KEYS.map((key) => ({
    name: SETTINGS[key].name,
    value: showSetting(key, loaded.settings[key]),
    origin: describeOrigin(loaded.origins[key]),
  }))
}

const MARKS: Record<CheckStatus, { mark: string; style: Style }> = {
  ok: { mark: '✓', style: 'green' },
  warning: { mark: '!', style: 'yellow' },
  wrong: { mark: '✗', style: 'red' },
}

function printReport(terminal: Terminal, loaded: Loaded, results: readonly CheckResult[]): void {
  const rows = settingRows(loaded)
  if (rows.length > 0) terminal.out(terminal.style('bold', 'Settings'))
  for (const row of rows) {
    const origin = row.origin === 'default' ? '' : `  from ${row.origin}`
    terminal.out(`  ${row.name.padEnd(20)}${row.value}${terminal.style('dim', origin)}`)
  }
  terminal.out(terminal.style('bold', 'Checks'))
  for (const { status, detail, advice } of results) {
    terminal.out(`  ${terminal.style(MARKS[status].style, MARKS[status].mark)} ${detail}`)
    if (advice !== null) terminal.out(`      ${advice}`)
  }
  const count = results.filter((result) => result.status === 'wrong').length
  terminal.out(
    count === 0 ? 'Nothing is wrong.' : `${count === 1 ? 'One thing is' : `${count} things are`} wrong.`,
  )
}
