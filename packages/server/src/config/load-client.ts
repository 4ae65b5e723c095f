import { CLIENT_SETTING_KEYS, CLIENT_SETTINGS, type ClientSettings } from './client-settings.ts'
import { readVariable, type Environment } from './environment.ts'
import { describeOrigin, type Origin, type SettingProblem } from './layer.ts'
import { SettingsError } from './load.ts'
import { flagOf, variableOf } from './names.ts'

export type ClientFlags = Partial<Record<keyof ClientSettings, string>>

/** The client settings of this process. Throws SettingsError. */
export function processClientSettings(flags: ClientFlags): ClientSettings {
  return loadClientSettings(flags, process.env)
}

/** Flags, else the environment, else defaults. Throws SettingsError with everything that is wrong. */
export function loadClientSettings(flags: ClientFlags, environment: Environment): ClientSettings {
  const problems: SettingProblem[] = []
  const entries = CLIENT_SETTING_KEYS.map((key) => [key, valueOf(key, flags[key], environment, problems)])
  if (problems.length > 0) throw new SettingsError(problems)
  return Object.freeze(Object.fromEntries(entries) as ClientSettings)
}

function valueOf(
  key: keyof ClientSettings,
  flag: string | undefined,
  environment: Environment,
  problems: SettingProblem[],
): string {
  const setting = CLIENT_SETTINGS[key]
  const read = readVariable(environment, setting)
  if (read !== null && 'problem' in read) problems.push(read.problem)
  const given: { raw: string; origin: Origin } | null =
    flag !== undefined
      ? { raw: flag, origin: { from: 'flag', flag: flagOf(setting) } }
      : read !== null && 'raw' in read
        ? read
        : null
  if (given !== null) {
    const parsed = setting.kind.parse(given.raw)
    if ('value' in parsed) return parsed.value
    const written = setting.isSecret ? 'its value' : JSON.stringify(given.raw)
    const message = `${written} is wrong; it must be ${parsed.right}`
    problems.push({ place: describeOrigin(given.origin), message })
  } else if (setting.default !== null) {
    return setting.default
  } else if (read === null) {
    // In CI an unset secret arrives as an empty variable, so "not set" is all that can be said.
    const message = `is not set; it must be ${setting.kind.right}`
    problems.push({ place: variableOf(setting), message })
  }
  return ''
}
