import { Option, type Command } from 'commander'
import type { RawValue } from '../config/kinds.ts'
import { loadSettings, processSources, type LoadedSettings } from '../config/load.ts'
import { CONFIG_FLAG, flagOf } from '../config/names.ts'
import { defaultShown } from '../config/reference.ts'
import { SETTING_KEYS, SETTINGS, type Settings } from '../config/settings.ts'

/** The settings that a verb needs which only opens the store. */
export const STORE_SETTINGS: readonly (keyof Settings)[] = ['dataDir', 'databaseUrl']

const GROUP = 'Settings:'

/** Offers the flags of these settings, and `--config`, on a verb. */
export function addSettingFlags(command: Command, keys: readonly (keyof Settings)[] = SETTING_KEYS): Command {
  const config = new Option(
    `${CONFIG_FLAG} <FILE>`,
    'Configuration file (default: ./sealpost.yaml, if it exists)',
  )
  command.addOption(config.helpGroup(GROUP))
  for (const key of keys) {
    if (SETTINGS[key].isSecret) continue
    for (const option of optionsOf(key)) command.addOption(option.helpGroup(GROUP))
  }
  return command
}

/** The settings for a verb that was given `addSettingFlags`. Rejects with SettingsError. */
export function settingsOf(command: Command): Promise<LoadedSettings> {
  const given = command.opts<Record<string, RawValue | boolean | undefined>>()
  const flags: Partial<Record<keyof Settings, RawValue>> = {}
  for (const key of SETTING_KEYS) {
    const value = given[attributeOf(key)]
    if (value !== undefined) flags[key] = typeof value === 'boolean' ? String(value) : value
  }
  const config = given['config']
  return loadSettings(processSources(flags, typeof config === 'string' ? config : null))
}

function optionsOf(key: keyof Settings): Option[] {
  const { kind, description } = SETTINGS[key]
  const flag = flagOf(SETTINGS[key])
  const text = `${description} (default: ${defaultShown(key)})`
  if (kind.placeholder === null) {
    return [new Option(flag, text), new Option(flag.replace('--', '--no-'), `The opposite of ${flag}.`)]
  }
  const option = new Option(`${flag} <${kind.placeholder}>`, text)
  if (!kind.isList) return [option]
  return [
    option.argParser((value: string, before: string[] | undefined) => [
      ...(before ?? []),
      ...value.split(','),
    ]),
  ]
}

/** Commander's name of the option: `--allow-http` → `allowHttp`. */
function attributeOf(key: keyof Settings): string {
  return new Option(flagOf(SETTINGS[key])).attributeName()
}
