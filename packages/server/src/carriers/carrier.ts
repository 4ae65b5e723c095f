import type { Clock } from '../core/clock.ts'
import type { Event } from '../core/event.ts'
import type { Mailbox } from '../core/mail.ts'
import type { Webhook } from '../core/webhook.ts'
import type { MailTransport } from '../send/mail-transport.ts'
import type { OutboundReport, Transport } from '../send/transport.ts'
import type { Signer } from '../sign/signer.ts'
import type { Target } from './target.ts'

/**
 * How events reach whoever subscribed. The engine treats all carriers alike: one schedule, one log, one health.
 *
 * To add one: a folder here and a line in `index.ts`. The API's fields, its descriptions, the reference and what is sealed
 * and redacted follow from it.
 */
export interface Carrier {
  /** As the API and the store name it. */
  readonly name: string
  /** After "delivers events": `by e-mail`. */
  readonly phrase: string
  /** What it is and what it needs, in a sentence or two, for the reference. */
  readonly description: string
  readonly target: Target
  /** Makes it ready to work, once for each server. */
  start(parts: CarrierParts): Carrying
}

/** What a server has that carriers work with. */
export interface CarrierParts {
  transport: Transport
  signer: Signer
  /** Null while the settings name no mail server, or nobody that mail comes from. */
  mail: { transport: MailTransport; from: Mailbox } | null
  /** The wall clock: receivers hold a signature's time and the date of a mail against their own. */
  clock: Pick<Clock, 'now'>
  /** Ours, for `user-agent`. */
  version: string
}

/** What one attempt sends. */
export interface Outbound {
  /** What the log keeps of its headers: no signature, no credential. */
  logged: Record<string, string>
  /** What the log shows as its body; null for the event's own bytes. */
  loggedBody: Buffer | null
}

/** A carrier at work. */
export interface Carrying<Sent extends Outbound = Outbound> {
  /**
   * What an attempt sends. `secret` is the opened sealed part of the target; '' where there is none. Throws for faults of
   * ours: `NotPrepared` where the owner may read why.
   */
  prepare(event: Event, webhook: Webhook, startedAt: number, secret: string): Sent
  /** Sends it and tells what came of it. Never rejects. */
  send(outbound: Sent): Promise<OutboundReport>
}
