import { join } from 'node:path'
import { Command } from 'commander'
import type { Settings } from '../../config/settings.ts'
import { systemClock } from '../../core/clock.ts'
import { SECRET_KEY_FILE } from '../../identity/secret-key-file.ts'
import type { BackupContents } from '../../store/backup.ts'
import { CommandError } from '../exit.ts'
import { addSettingFlags, settingsOf, STORE_SETTINGS } from '../setting-flags.ts'
import { listenForStop } from '../stop-signal.ts'
import type { Terminal } from '../terminal.ts'
import type { VerbContext } from '../verb.ts'
import { createTarget } from './target.ts'

export function backupCommand({ terminal }: VerbContext): Command {
  const command = new Command('backup')
    .description('Copy the database as it is at this moment, also while a server runs')
    .argument('<FILE>', 'where to put the copy; not in the data directory')
    .option('--force', 'replace FILE if it exists')
    .option('--json', 'print what the copy holds as JSON')
    .addHelpText('after', HELP)
  addSettingFlags(command, STORE_SETTINGS)

  return command.action(async (file: string, options: { force?: true; json?: true }) => {
    const { settings } = await settingsOf(command)
    const target = { file, force: options.force === true }
    const { path, contents } = await untilStopped((signal) => backUp(target, settings, terminal, signal))
    if (options.json) terminal.out(JSON.stringify(describe(path, contents, settings)))
    else printReport(terminal, path, contents, settings)
  })
}

/** Listens before the first file is made: a signal then gives the copy up, between two of its steps. */
async function untilStopped<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const stop = listenForStop()
  const controller = new AbortController()
  void stop.asked.then((name) => {
    controller.abort(new CommandError(`Stopped by ${name}. The unfinished copy was removed.`))
  })
  try {
    return await work(controller.signal)
  } finally {
    stop.release()
  }
}

async function backUp(
  { file, force }: { file: string; force: boolean },
  settings: Settings,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<{ path: string; contents: BackupContents }> {
  const target = createTarget(file, { dataDir: settings.dataDir, force })
  try {
    // Loaded late, as in with-store.ts.
    const { backUpStore } = await import('../../compose.ts')
    const contents = await backUpStore(settings, {
      path: target.partial,
      clock: systemClock,
      signal,
      onCopied: (bytesCopied, bytes) =>
        terminal.progress(`Copying ${megabytes(bytes)}: ${Math.floor((bytesCopied / bytes) * 100)} %`),
      onChecking: () => terminal.progress('Checking the copy'),
    })
    target.finish()
    return { path: target.path, contents }
  } catch (error) {
    target.discard()
    throw error
  } finally {
    terminal.progress('')
  }
}

/** The file that must be kept beside a copy; null when the key comes from the settings. */
function keyFileOf({ secretKey, dataDir }: Settings): string | null {
  return secretKey === null ? join(dataDir, SECRET_KEY_FILE) : null
}

function describe(path: string, contents: BackupContents, settings: Settings) {
  const { schemaVersion, ...counts } = contents
  return { file: path, schema_version: schemaVersion, ...counts, secret_key_file: keyFileOf(settings) }
}

function printReport(terminal: Terminal, path: string, contents: BackupContents, settings: Settings): void {
  const { organizations, webhooks, runs, events, deliveries } = contents
  const counts = Object.entries({ organizations, webhooks, runs, events, deliveries })
  const keyFile = keyFileOf(settings)
  terminal.note(
    `Copied to ${path} and checked: ${megabytes(contents.bytes)}; ` +
      `${counts.map(([name, count]) => `${name}: ${count}`).join(', ')}.`,
  )
  terminal.note(
    keyFile === null
      ? 'Keep the secret key of the settings too: without it the signing secrets in the copy cannot be opened.'
      : `Keep ${keyFile} too: without it the signing secrets in the copy cannot be opened.`,
  )
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

const HELP = `
The copy is called FILE.partial until it is complete and checked. Its signing secrets are sealed with a key: the file
secret.key in the data directory, or the setting secret_key. Keep that key too, in another place than the copy.

To restore: stop the server. Put FILE into the data directory as sealpost.db, and secret.key beside it. Remove
sealpost.db-wal and sealpost.db-shm. Start the server. It sends what was not delivered when the copy was made, even if it
has been delivered since; receivers recognize it by its webhook-id.

Example:
  sealpost backup /mnt/backups/sealpost-$(date +%F).db --data-dir /var/lib/sealpost`
