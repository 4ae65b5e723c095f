import { Command } from 'commander'
import type { Settings } from '../config/settings.ts'
import { systemClock } from '../core/clock.ts'
import type { Store } from '../store/store.ts'
import { CommandError, EXIT } from './exit.ts'
import { LOST_KEY_ADVICE, lookAtSealedSecrets } from './sealed-secrets.ts'
import { messageOf } from './message-of.ts'
import type { VerbContext } from './verb.ts'
import { addSettingFlags, settingsOf } from './setting-flags.ts'
import { giveBackStartMemory } from './start-memory.ts'
import { listenForStop } from './stop-signal.ts'
import type { Terminal } from './terminal.ts'
import { surveyOf, withStoreOf } from './with-store.ts'

export function serveCommand({ terminal }: VerbContext): Command {
  const command = new Command('serve')
    .description('Run the server on one data directory; it needs no other service')
    .option('--new-key', 'start even when the secret key opens none of the signing secrets in the database')
    .addHelpText('after', HELP)
  addSettingFlags(command)

  return command.action(async ({ newKey }: { newKey?: true }) => {
    const { settings } = await settingsOf(command)
    // Before the start, so that a signal that comes while it starts is not lost.
    const stop = listenForStop()
    try {
      await checkSealingKey(settings, terminal, newKey === true)
      await serveUntil(stop.asked, settings, terminal)
    } finally {
      stop.release()
    }
  })
}

async function serveUntil(
  stopAsked: Promise<unknown>,
  settings: Settings,
  terminal: Terminal,
): Promise<void> {
  const note = noterOf(settings, terminal)
  // Loaded late, as in with-store.ts.
  const { serve } = await import('../main.ts')
  const server = await serve(settings)
  note('info', `Sealpost listens on ${server.url} (API reference: ${server.url}/docs)`)
  if (!(await withStoreOf(settings, ({ store }) => hasKeys(store)))) {
    note(
      'warn',
      `There is no API key yet. Make one with: sealpost keys create --name NAME --data-dir ${settings.dataDir}`,
    )
  }
  giveBackStartMemory()
  const lost = await Promise.race([stopAsked.then(() => null), server.lost])
  if (lost !== null) {
    note('fatal', `${LOST} (${messageOf(lost.cause ?? lost)})`)
    // What is in flight is taken up by the next start, as after a crash: nothing that it comes to could be stored here.
    process.exit(EXIT.failure)
  }
  note('info', 'Sealpost is stopping. It waits for requests in flight; a second signal ends it at once.')
  await server.stop()
  note('info', 'Sealpost has stopped.')
}

/**
 * Nothing can be sent to a webhook whose secret does not open. A server that can sign for none of them is not started by
 * mistake, after a restore without the right key, say.
 */
async function checkSealingKey(settings: Settings, terminal: Terminal, isNewKey: boolean): Promise<void> {
  const { keyIsThere, sealed, foreign } = await lookAtSealedSecrets(settings, await surveyOf(settings))
  if (foreign === 0) return
  const found = keyIsThere
    ? `Another secret key sealed the signing secrets of ${foreign} of ${sealed} webhooks: nothing can be sent to them.`
    : `There is no secret.key in ${settings.dataDir}, but the signing secrets of ${sealed} webhooks are sealed with one.`
  if (foreign === sealed && !isNewKey) throw new CommandError(`${found} ${LOST_KEY_ADVICE}`)
  noterOf(settings, terminal)('warn', `${found} ${LOST_KEY_ADVICE}`)
}

/**
 * Tells what a person at a terminal wants to know. Where nobody sits at one, both streams mostly end in the same log, all of
 * whose lines a program must be able to read.
 */
function noterOf(
  { logFormat }: Settings,
  terminal: Terminal,
): (level: 'info' | 'warn' | 'fatal', message: string) => void {
  const isJson = logFormat === 'json' || (logFormat === 'auto' && terminal.isAttended === false)
  if (!isJson) return (_level, message) => terminal.note(message)
  return (level, msg) => {
    terminal.note(JSON.stringify({ level, time: new Date(systemClock.now()).toISOString(), msg }))
  }
}

async function hasKeys(store: Store): Promise<boolean> {
  for (const organization of await store.organizations.list()) {
    if ((await store.keys.list(organization.id)).length > 0) return true
  }
  return false
}

const LOST =
  'Sealpost stops at once: the disk did not keep what was written to it. Nothing was answered that could be lost. Look after ' +
  'the disk, then start Sealpost again.'

const HELP = `
Stops on SIGTERM or Ctrl-C: takes no new work, lets the requests in flight end, and exits with 0. What it has
not sent by then is sent after the next start. A second signal ends it at once.

Example:
  sealpost serve --host 0.0.0.0 --base-url https://hooks.example.com --data-dir /var/lib/sealpost`
