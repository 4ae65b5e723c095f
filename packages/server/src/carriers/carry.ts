import { NotPrepared, notSentReport, wasNotMade, type AttemptReport } from '../core/attempt.ts'
import type { Event } from '../core/event.ts'
import { LIMITS } from '../core/limits.ts'
import type { Webhook } from '../core/webhook.ts'
import type { OutboundReport } from '../send/transport.ts'
import type { Carrier, CarrierParts, Carrying } from './carrier.ts'
import { CARRIERS } from './index.ts'

/** Makes one attempt: whatever carries the webhook's events prepares it and sends it. Never rejects. */
export type Carry = (event: Event, webhook: Webhook, startedAt: number) => Promise<AttemptReport>

export interface CarryParts extends CarrierParts {
  /** Opens what the secret box sealed of this webhook's target. */
  open: (webhook: Webhook) => string
  /** Told of what kept an attempt from being prepared. */
  onFailure: (error: unknown, doing: string) => void
}

interface AtWork {
  carrying: Carrying
  /** Null when nothing of the target is sealed. */
  redact: ((report: OutboundReport, secret: string) => OutboundReport) | null
}

export function createCarry({ open, onFailure, ...parts }: CarryParts): Carry {
  const byName = new Map(CARRIERS.map((carrier) => [carrier.name as string, atWork(carrier, parts)]))

  return async (event, webhook, startedAt) => {
    try {
      const found = byName.get(webhook.carrier)
      if (found === undefined) throw unknownCarrier(webhook.carrier)
      const { carrying, redact } = found
      const secret = redact === null ? '' : open(webhook)
      const outbound = carrying.prepare(event, webhook, startedAt, secret)
      const report = await carrying.send(outbound)
      const told = redact === null ? report : redact(report, secret)
      if (wasNotMade(report)) return { ...told, requestHeaders: {} }
      const requestBody = outbound.loggedBody?.subarray(0, LIMITS.messageBytesKept) ?? null
      return { ...told, requestHeaders: outbound.logged, requestBody }
    } catch (error) {
      onFailure(error, `preparing an attempt for ${webhook.id}`)
      // A fault of ours, such as a sealed secret that the key does not open.
      const why =
        error instanceof NotPrepared
          ? error.message
          : 'The request could not be prepared. The server log says why.'
      return notSentReport(startedAt, why)
    }
  }
}

function atWork(carrier: Carrier, parts: CarrierParts): AtWork {
  const { sealed } = carrier.target
  return {
    carrying: carrier.start(parts),
    redact: sealed === null ? null : (report, secret) => sealed.redact(report, secret),
  }
}

function unknownCarrier(name: string): NotPrepared {
  return new NotPrepared(
    `This channel’s carrier is ${name}, which this version of the server does not know: it knows ` +
      `${CARRIERS.map((carrier) => carrier.name).join(', ')}. Run the version that made the channel, or make another channel.`,
  )
}
