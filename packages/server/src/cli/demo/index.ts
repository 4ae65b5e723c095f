import { Command } from 'commander'
import { EXIT } from '../exit.ts'
import type { VerbContext } from '../verb.ts'
import { listenForStop } from '../stop-signal.ts'
import type { Terminal } from '../terminal.ts'
import { loadDocumentKinds } from './documents.ts'
import { play, type Ending } from './play.ts'
import type { Arrival } from './receivers.ts'
import { openScene, type Scene } from './scene.ts'
import { createStory } from './story.ts'

export function demoCommand({ terminal, exit }: VerbContext): Command {
  return new Command('demo')
    .description('Judge real documents and watch the signed webhooks arrive at receivers on this machine')
    .option('--once', 'end when every webhook has arrived; the exit code is 0 when all of them verified')
    .addHelpText('after', HELP)
    .action(async (options: { once?: true }) => {
      const isFine = await run(terminal, options.once === true)
      if (!isFine) exit(EXIT.failure)
    })
}

const HELP = `
Needs only this machine. The server has a temporary data directory, which is removed at the end. Without --once the
server runs until Ctrl-C, so that you can look around.`

async function run(terminal: Terminal, isOnce: boolean): Promise<boolean> {
  const kinds = loadDocumentKinds()
  const stop = listenForStop()
  const story = createStory(terminal)
  const arrivals: Arrival[] = []
  terminal.out(
    terminal.style('bold', 'Sealpost: validation runs go in; signed, retried, observable webhooks come out.'),
  )
  const scene = await openScene((arrival) => {
    arrivals.push(arrival)
    story.arrival(arrival)
  })
  try {
    const ending = await Promise.race([play(scene, kinds, arrivals, story), stop.asked])
    if (typeof ending === 'string') return false
    story.heading('In the end')
    story.tally(ending.counts)
    const isFine = ending.failure === null
    terminal.out(
      isFine ? terminal.style('green', '  All webhooks arrived and verified.') : `  ${ending.failure}`,
    )
    if (!isOnce) {
      story.heading('Look around')
      for (const line of hints(scene, ending)) story.say(line)
      await stop.asked
    }
    return isFine
  } finally {
    await scene.close()
    stop.release()
  }
}

function hints({ url, dataDir }: Scene, { key }: Ending): string[] {
  return [
    `export KEY=${key}`,
    `curl -H "X-API-Key: $KEY" ${url}/api/v1/orgs/octo-demo/runs/`,
    `curl -H "X-API-Key: $KEY" ${url}/api/v1/deliveries`,
    `curl -H "X-API-Key: $KEY" ${url}/api/v1/webhooks`,
    `API reference: ${url}/docs`,
    `Ctrl-C ends it and removes ${dataDir}.`,
  ]
}
