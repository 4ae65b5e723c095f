import { Option, type Command } from 'commander'
import { CLIENT_SETTING_KEYS, CLIENT_SETTINGS, type ClientSettings } from '../../config/client-settings.ts'
import { processClientSettings, type ClientFlags } from '../../config/load-client.ts'
import { flagOf, variableOf } from '../../config/names.ts'

const GROUP = 'Server:'

/** Offers the flags with which a verb finds a running server. */
export function addClientFlags(command: Command): Command {
  for (const key of CLIENT_SETTING_KEYS) command.addOption(optionOf(key).helpGroup(GROUP))
  return command
}

/** The client settings for a verb that was given `addClientFlags`. Throws SettingsError. */
export function clientSettingsOf(command: Command): ClientSettings {
  const given = command.opts<Record<string, string | undefined>>()
  const flags: ClientFlags = {}
  for (const key of CLIENT_SETTING_KEYS) {
    const value = given[optionOf(key).attributeName()]
    if (value !== undefined) flags[key] = value
  }
  return processClientSettings(flags)
}

function optionOf(key: keyof ClientSettings): Option {
  const setting = CLIENT_SETTINGS[key]
  const fallback = setting.default === null ? '' : `, else ${setting.default}`
  const text = `${setting.description} (default: ${variableOf(setting)}${fallback})`
  return new Option(`${flagOf(setting)} <${setting.kind.placeholder ?? 'VALUE'}>`, text)
}
