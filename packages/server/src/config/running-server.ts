import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SETTING_KEYS, SETTINGS, type Settings } from './settings.ts'

/** Beside the database, for the verbs that ask how the server on it was started. */
const FILE = 'running.json'

/** What a running server says of itself. Whether it still runs is told by the lock, not by this. */
export interface RunningServer {
  pid: number
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  url: string
  /** ISO 8601. */
  startedAt: string
  /** The settings it was started with, but for the secret ones, which stay out of files. */
  settings: Partial<Settings>
}

export function noteRunningServer(settings: Settings, url: string, startedAt: string): void {
  const shown = SETTING_KEYS.filter((key) => SETTINGS[key].isSecret !== true)
  const running: RunningServer = {
    pid: process.pid,
    url,
    startedAt,
    settings: Object.fromEntries(shown.map((key) => [key, settings[key]])),
  }
  writeFileSync(join(settings.dataDir, FILE), `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 })
}

/** Null when there is none, or when it cannot be read: another version may have written it. */
export function readRunningServer(dataDir: string): RunningServer | null {
  try {
    return JSON.parse(readFileSync(join(dataDir, FILE), 'utf8')) as RunningServer
  } catch {
    return null
  }
}

export function forgetRunningServer(dataDir: string): void {
  rmSync(join(dataDir, FILE), { force: true })
}
