import type { Random } from '../../../src/core/random.ts'
import type { ApiClient } from '../../support/api-client.ts'
import type { Setting } from '../scenario.ts'
import type { Endpoints } from './endpoints.ts'

/**
 * What one tenant does to a server that it shares with another. It is carried out in a thread of its own, so that what it
 * costs to attack is not taken for what the attack does.
 */
export interface Attack {
  name: string
  /** What is done, in one sentence. */
  what: string
  /** For the server, by size. */
  flags?: Readonly<Record<Setting['size'], readonly string[]>>
  /** Deliveries of the attacker that wait in the store, held by its disabled webhooks, before anything is measured. */
  backlog?: Readonly<Record<Setting['size'], number>>
  /** Makes the attack. Nothing happens before its first step. */
  plan(attacker: Attacker): AttackSteps
}

/** The order is: prepare, then begin and end as often as there are rounds. */
export interface AttackSteps {
  /** What must be there before anything is measured. Resolves with the number of its webhooks. */
  prepare(): Promise<number>
  /** Resolves when it is under way; it goes on by itself. */
  begin(): Promise<void>
  /** Resolves when nothing of it is left that the server could work on. */
  end(): Promise<void>
  /** What it counted, shown with the figures. */
  figures(): Record<string, number>
  /** What must hold of its own traffic, beside what holds of the other tenant's; a sentence for each that does not. */
  violations?(): string[]
}

export interface Attacker {
  readonly size: Setting['size']
  readonly random: Random
  /** The API as its own organization's administrator. */
  readonly api: ApiClient
  /** Where the server listens, and the key, for what is done past `api`. */
  readonly url: string
  readonly key: string
  readonly endpoints: Endpoints
  /** The host and port of the other tenant's receiver, where `/hangs/…` is the attacker's and never answers. */
  readonly sharedOrigin: string
}
