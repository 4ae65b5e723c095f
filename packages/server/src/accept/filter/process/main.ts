import { createWorkingClock, systemClock } from '../../../core/clock.ts'
import { LIMITS } from '../../../core/limits.ts'
import { createLanguage } from '../../../cel/language.ts'
import { answer } from './answer.ts'
import { createConditionCache } from './condition-cache.ts'
import type { Batch, Result, Results } from './messages.ts'

// The entry point of a process that judges. What it judges is hostile: the budget inside the language stops what loops,
// and the server ends the process over what nothing in here can stop. It holds nothing that would be lost.

/** Results wait no longer than this for others: when the process is ended, those it has told are known. */
const SEND_AFTER_MS = 5

const { variables, timeoutMs } = JSON.parse(process.argv[2] ?? '{}') as {
  variables: string[]
  timeoutMs: number
}
const charactersMax = LIMITS.filterCharactersMax
// What it may spend is its own work: on a busy machine it is stopped no sooner.
const language = createLanguage({ variables, charactersMax, timeoutMs, clock: createWorkingClock() })
const judge = { look: language.look, conditions: createConditionCache(language) }

process.on('message', (batch: Batch) => {
  let results: Result[] = []
  let sentAt = systemClock.monotonic()
  for (const result of answer(batch, judge, variables)) {
    results.push(result)
    if (result === 'overrun') break
    if (systemClock.monotonic() - sentAt < SEND_AFTER_MS) continue
    send(results)
    results = []
    sentAt = systemClock.monotonic()
  }
  if (results.length > 0 || batch.questions.length === 0) send(results)
})

function send(results: Results): void {
  // When the server is gone there is nobody to tell.
  process.send?.(results, () => undefined)
}

process.on('disconnect', () => process.exit())

// Ctrl-C in a terminal reaches every process of the group; the server decides when its work is done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
