import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { readEnvironment, type Environment } from './environment.ts'
import type { RawValue } from './kinds.ts'
import { describeOrigin, emptyLayer, type Layer, type Origin, type SettingProblem } from './layer.ts'
import { CONFIG_VARIABLE, flagOf } from './names.ts'
import { SETTING_KEYS, SETTINGS, type Machine, type Settings } from './settings.ts'

/** Read when nobody names a file. */
const DEFAULT_FILE = 'sealpost.yaml'

export type Flags = Partial<Record<keyof Settings, RawValue>>

export interface Sources {
  /** What the command line says. */
  flags: Flags
  /** The file that `--config` names. */
  configFile: string | null
  environment: Environment
  machine: Machine
}

export interface LoadedSettings {
  settings: Settings
  origins: Readonly<Record<keyof Settings, Origin>>
  /** Absolute path of the configuration file that was read, if any. */
  configFile: string | null
}

/** Everything that is wrong with the settings, so that nobody mends them one start at a time. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly SettingProblem[]

  constructor(problems: readonly SettingProblem[]) {
    const lines = problems.map(({ place, message }) => `  ${place}: ${message}`)
    super(`${problems.length === 1 ? 'A setting is' : 'Some settings are'} wrong:\n${lines.join('\n')}`)
    this.problems = problems
  }
}

/** Where this process stands: its environment, working directory and processors. */
export function processSources(flags: Flags, configFile: string | null): Sources {
  return {
    flags,
    configFile,
    environment: process.env,
    machine: { workingDirectory: process.cwd(), parallelism: availableParallelism() },
  }
}

/** Defaults, then the file, then the environment, then flags: the last that names a setting wins. */
export async function loadSettings(sources: Sources): Promise<LoadedSettings> {
  const { flags, environment, machine } = sources
  const asked = sources.configFile ?? (environment[CONFIG_VARIABLE] || null)
  const configFile = findFile(machine.workingDirectory, asked)
  const layers = [await fileLayer(configFile), readEnvironment(environment), flagLayer(flags)]

  // A wrong value is reported even where a later layer hides it: it would surprise the day that layer goes.
  const problems = layers.flatMap((layer) => [...layer.problems, ...valueProblems(layer)])
  if (problems.length > 0) throw new SettingsError(problems)

  const origins = {} as Record<keyof Settings, Origin>
  const values: Partial<Settings> = {}
  for (const key of SETTING_KEYS) {
    const entry = layers.findLast((layer) => layer.values.has(key))?.values.get(key)
    origins[key] = entry?.origin ?? { from: 'default' }
    if (entry) Object.assign(values, { [key]: valueOf(key, entry.raw) })
  }
  return { settings: settingsWith(values, machine), origins: Object.freeze(origins), configFile }
}

/** The given values, and defaults for the rest. */
export function settingsWith(values: Partial<Settings>, machine: Machine): Settings {
  const host = values.host ?? SETTINGS.host.default(machine, '', 0)
  const port = values.port ?? SETTINGS.port.default(machine, host, 0)
  const entries = SETTING_KEYS.map((key) => [key, values[key] ?? SETTINGS[key].default(machine, host, port)])
  const settings = Object.fromEntries(entries) as Settings
  settings.dataDir = resolve(machine.workingDirectory, settings.dataDir)
  return Object.freeze(settings)
}

/** The file to read: the one that was asked for, else sealpost.yaml in the working directory, if it is there. */
function findFile(workingDirectory: string, asked: string | null): string | null {
  if (asked !== null) return resolve(workingDirectory, asked)
  const path = resolve(workingDirectory, DEFAULT_FILE)
  return existsSync(path) ? path : null
}

async function fileLayer(path: string | null): Promise<Layer> {
  if (path === null) return emptyLayer()
  // Here and not above: what reads YAML takes its time to load, and most servers have no file.
  const { readFile } = await import('./file.ts')
  return readFile(path)
}

function flagLayer(flags: Flags): Layer {
  const layer = emptyLayer()
  for (const key of SETTING_KEYS) {
    const raw = flags[key]
    if (raw !== undefined)
      layer.values.set(key, { raw, origin: { from: 'flag', flag: flagOf(SETTINGS[key]) } })
  }
  return layer
}

function valueProblems(layer: Layer): SettingProblem[] {
  const problems: SettingProblem[] = []
  for (const [key, { raw, origin }] of layer.values) {
    const setting = SETTINGS[key]
    const parsed = setting.kind.parse(raw)
    if ('value' in parsed) continue
    const written = setting.isSecret ? 'its value' : JSON.stringify(raw)
    const subject = origin.from === 'file' ? `${setting.name} is ${written}` : `${written} is wrong`
    problems.push({ place: describeOrigin(origin), message: `${subject}; it must be ${parsed.right}` })
  }
  return problems
}

/** Of a raw value that was found to be right. */
function valueOf(key: keyof Settings, raw: RawValue): unknown {
  const parsed = SETTINGS[key].kind.parse(raw)
  return 'value' in parsed ? parsed.value : undefined
}
