import { findingWords } from '../../core/finding-words.ts'
import type { Terminal } from '../terminal.ts'
import type { DeliveryDetailAnswer, RunAnswer } from './client.ts'
import { ROLES, type Arrival } from './receivers.ts'
import type { Tally } from './tally.ts'

/** Tells what happens, in the order in which it makes sense to a reader. */
export interface Story {
  say(text: string): void
  heading(text: string): void
  /** A finished run; what came of it and was kept back is told after it. */
  run(run: RunAnswer, fileName: string): void
  arrival(arrival: Arrival): void
  delivery(delivery: DeliveryDetailAnswer): void
  tally(counts: Tally): void
}

export function createStory(terminal: Terminal): Story {
  const { out, style } = terminal
  const fileNames = new Map<string, string>()
  /** Webhooks are quick: some are here before the answer that names their run. */
  const early: Arrival[] = []
  const attempts = new Map<string, number>()

  function tellArrival(arrival: Arrival): void {
    const fileName = fileNames.get(arrival.runId ?? '') ?? ''
    const webhook = `${arrival.receiver} ${arrival.type} ${arrival.runId ?? ''}`
    const attempt = (attempts.get(webhook) ?? 0) + 1
    attempts.set(webhook, attempt)
    const outcome = outcomeOf(arrival, attempt)
    const what = `${arrival.receiver.padEnd(8)} ${arrival.type.padEnd(18)} ${fileName.padEnd(21)}`
    out(`  ${style('dim', '→')} ${what} ${style(outcome.style, outcome.text)}`)
  }

  return {
    say: (text) => out(`  ${text}`),
    heading: (text) => out(`\n${style('bold', text)}`),
    run(run, fileName) {
      fileNames.set(run.id, fileName)
      const isPass = run.result === 'PASS'
      const count = run.findings.length === 1 ? '1 finding' : `${run.findings.length} findings`
      out(`  ${style(isPass ? 'green' : 'red', run.result.padEnd(5))} ${fileName.padEnd(21)} ${count}`)
      const [first] = run.findings.toSorted((left, right) => rank(left) - rank(right))
      if (first)
        out(
          style(
            'dim',
            `        ${first.path || '/'}: ${findingWords({ ...first, schemaType: first.schema_type })}`,
          ),
        )
      for (const arrival of early.splice(0)) this.arrival(arrival)
    },
    arrival(arrival) {
      if (arrival.runId !== null && !fileNames.has(arrival.runId)) early.push(arrival)
      else tellArrival(arrival)
    },
    delivery(delivery) {
      out(
        `  ${delivery.id} (${delivery.event_type}) is ${delivery.state} after ${delivery.attempt_count} attempts:`,
      )
      for (const attempt of delivery.attempts) {
        const status = String(attempt.status_code ?? 'no answer')
        const words = attempt.error ? `${attempt.error.code}: ${attempt.error.message}` : attempt.outcome
        out(`    ${attempt.number}  ${status}  ${attempt.duration_ms ?? '?'} ms  ${words}`)
      }
    },
    tally(counts) {
      out(`  expected ${counts.expected}, arrived ${counts.arrived}, verified ${counts.verified}`)
      out(`  turned away and sent again: ${counts.turnedAway}`)
      for (const { receiver, type, runId } of counts.missing) {
        out(style('red', `  missing: ${type} of run ${runId} at ${receiver}`))
      }
      for (const refusal of counts.refusals) out(style('red', `  refused: ${refusal}`))
      if (counts.surplus > 0) out(style('red', `  not expected, or taken twice: ${counts.surplus}`))
    },
  }
}

function rank({ severity }: RunAnswer['findings'][number]): number {
  return severity === 'error' ? 0 : 1
}

interface Outcome {
  text: string
  style: 'green' | 'yellow' | 'red'
}

function outcomeOf({ receiver, refusal, status }: Arrival, attempt: number): Outcome {
  if (refusal !== null) return { text: `refused: ${refusal}`, style: 'red' }
  if (status >= 500) return { text: `attempt ${attempt}: answered ${status} on purpose`, style: 'yellow' }
  const verified = attempt === 1 ? 'verified' : `attempt ${attempt}: verified`
  return { text: `${verified} (webhook-signature, ${ROLES[receiver].header})`, style: 'green' }
}
