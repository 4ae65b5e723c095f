import { prepareEvents } from '../accept/prepare.ts'
import type { Clock } from '../core/clock.ts'
import type { Detected } from '../catalogue/detected.ts'
import type { Address, Event } from '../core/event.ts'
import { Problem } from '../core/errors.ts'
import { createGate } from '../core/gate.ts'
import type { Ids } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import type { Run } from '../core/run.ts'
import type { Workflow } from '../core/workflow.ts'
import type { Accepted, DeliveryPipeline } from './delivery-pipeline.ts'
import { detect } from '../detect/detect.ts'
import type { RunAlerts } from './run-alerts.ts'
import { createRunFacts, type RunFactsParts } from './run-facts.ts'
import type { IdempotencyClaim } from '../store/store.ts'

/**
 * The last step of a run: detect → accept. What the run makes known depends on the run before of the same subject, so
 * runs of one subject end one after the other: of two that end at once the second is compared with the first, and no
 * change is told twice or missed. It also depends on when the alert rules last spoke of that subject, whichever workflow
 * judged it; to them, runs without a subject are all of one.
 */
export interface RunEnding {
  /** Stores `makeRun`'s run with its events in one commit. `makeRun` is asked when its turn has come. */
  end(ending: Ending): Promise<{ run: Run; accepted: Accepted }>
}

export interface Ending {
  workflow: Workflow
  subject: string | null
  makeRun: () => Run
  claim: IdempotencyClaim | null
}

export interface RunEndingParts extends RunFactsParts {
  accept: DeliveryPipeline['accept']
  alerts: RunAlerts
  clock: Clock
  ids: Ids
}

export function createRunEnding(parts: RunEndingParts): RunEnding {
  const { clock, ids } = parts
  const factsOf = createRunFacts(parts)
  /** Its keys are what must end one after the other; there is no other bound. */
  const gate = createGate({
    placesMax: Infinity,
    perKeyMax: 1,
    waitersMax: LIMITS.endingsWaitingMax,
    waitersPerKeyMax: LIMITS.endingsPerSubjectMax,
    // A subject is one organization's.
    waitersOwnToFreeMax: Infinity,
    refuse: tooMany,
  })

  async function endNow({ workflow, makeRun, claim }: Ending): ReturnType<RunEnding['end']> {
    const run = makeRun()
    const ended = await factsOf(run, workflow)
    const detected = detect(ended)
    const events = prepareEvents(detected, run, ids, clock)
    const completed = events.find(({ type }) => type === 'validation.completed')
    if (completed === undefined) throw new Error(`Run ${run.id} has ended without saying so`)
    const found = await parts.alerts.of(ended, completed)
    const triggered = prepareEvents(found.detected, run, ids, clock)
    const accepted = await parts.accept({
      claim,
      run,
      submission: null,
      alerts: found.alerts,
      events: [...events, ...triggered],
      addresses: addressesOf([...detected, ...found.detected], [...events, ...triggered]),
      target: null,
    })
    return { run, accepted }
  }

  return {
    async end(ending) {
      const { subject, workflow } = ending
      const { organizationId } = workflow
      if (subject !== null)
        return gate.pass({ organizationId, key: `${organizationId}/${subject}` }, () => endNow(ending))
      // There is no run before; only a rule's cool-down can make one wait for another.
      if (!(await parts.alerts.isAsked(organizationId))) return endNow(ending)
      return gate.pass({ organizationId, key: String(organizationId) }, () => endNow(ending))
    },
  }
}

function addressesOf(detected: readonly Detected[], events: readonly Event[]): Map<string, Address> {
  const addresses = new Map<string, Address>()
  for (const [index, { id }] of events.entries()) {
    const address = detected[index]?.address
    if (address !== undefined) addresses.set(id, address)
  }
  return addresses
}

function tooMany(): Problem {
  return new Problem(
    'overloaded',
    'Too many runs of this subject, or of all, wait to be stored. Try again in a moment.',
  )
}
