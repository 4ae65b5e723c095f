import { STANDARD_NAMES, type StandardName } from '../../src/sign/schemes.ts'
import type { Subject } from './check.ts'
import type { Facts } from './facts.ts'
import { startOf } from './facts.ts'
import type { Moment, SecretLife, SeenRequest } from './history.ts'
import { signedWith } from './keys.ts'

/** A request with what is known of its signatures. */
export interface SignedRequest {
  request: SeenRequest
  /** When it was signed. */
  start: Moment
  /** Every key its webhook ever had. */
  lives: readonly SecretLife[]
  /** For each of its signatures the key that made it; null when none of them did. */
  signers: readonly (SecretLife | null)[]
  /** The schemes that its webhook asked for at that time. */
  schemes: readonly StandardName[]
  where: Subject
}

const known = new WeakMap<Facts, readonly SignedRequest[]>()

/** Every request, its signatures tried with every key of its webhook. Worked out once: it is most of a checker's work. */
export function signedRequests(facts: Facts): readonly SignedRequest[] {
  const found = known.get(facts) ?? read(facts)
  known.set(facts, found)
  return found
}

function read(facts: Facts): SignedRequest[] {
  const byWebhook = Map.groupBy(facts.history.secrets ?? [], (life) => life.webhookId)
  return (facts.history.requests ?? []).map((request) => {
    const { webhookId, headers, at } = request
    const start = startOf(facts, request) ?? [at, at]
    const lives = byWebhook.get(webhookId) ?? []
    // The one in force is the likeliest.
    const likely = [...lives].sort(
      (left, right) => Number(mayLive(right, start)) - Number(mayLive(left, start)),
    )
    const signatures = (headers['webhook-signature'] ?? '').split(' ').filter((signature) => signature !== '')
    return {
      request,
      start,
      lives,
      signers: signatures.map((signature) => likely.find((life) => made(life, signature, request)) ?? null),
      schemes: schemesAt(facts, webhookId, start),
      where: { webhookId, eventId: headers['webhook-id'] ?? '', at },
    }
  })
}

function made({ key }: SecretLife, signature: string, { headers, body }: SeenRequest): boolean {
  const id = headers['webhook-id'] ?? ''
  return signedWith(key, signature, { id, timestamp: headers['webhook-timestamp'] ?? '', body })
}

/** The schemes that the webhook asked for throughout. */
function schemesAt(facts: Facts, webhookId: string, start: Moment): StandardName[] {
  const asked = facts
    .timelineOf(webhookId)
    .during(...start)
    .map((webhook) => webhook?.signatures ?? ['v1'])
  return STANDARD_NAMES.filter((scheme) => asked.every((schemes) => schemes.includes(scheme)))
}

/** Whether a key may have been in force at some time of the moment. */
export function mayLive({ since, until }: SecretLife, [from, to]: Moment): boolean {
  return since[0] <= to && (until === null || until[1] >= from)
}

/** Whether it was beyond doubt. */
export function livesFor({ since, until }: SecretLife, [from, to]: Moment): boolean {
  return since[1] < from && (until === null || until[0] > to)
}
