import type { z } from 'zod'
import type { Webhook } from '../core/webhook.ts'
import type { OutboundReport } from '../send/transport.ts'

type ValuesOf<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>

/** What a target is checked against. */
export interface TargetChecks {
  /** Throws `url_not_allowed` on the field `url`. */
  checkUrl: (url: string) => void
  /** Names of the settings that e-mail needs and an operator has not set. */
  mailSettingsMissing: readonly string[]
}

/**
 * Where a carrier takes events: the fields that name it, what of it is kept and what of it is shown. Whoever seals
 * something must also say how it is kept out of what comes back.
 */
export interface Target<
  Fields extends z.ZodRawShape = z.ZodRawShape,
  Shown extends z.ZodRawShape = z.ZodRawShape,
> {
  /** Of a request that names one. */
  readonly fields: Fields
  /** Of an answer. */
  readonly shown: Shown
  /** What a request may say. */
  readonly example: ValuesOf<Fields>
  /** Throws `Problem` naming the field. */
  validate(given: ValuesOf<Fields>, checks: TargetChecks): void
  /** What the row's `url` holds: as much of it as may be shown. */
  urlOf(given: ValuesOf<Fields>): string
  /** As the API shows it. */
  show(row: Pick<Webhook, 'url'>): ValuesOf<Shown>
  /** Null when the whole of it may be shown. */
  readonly sealed: SealedPart<ValuesOf<Fields>> | null
}

/** The part of a target that is a credential. It is stored sealed, in the place of a signing secret, and never shown. */
export interface SealedPart<Given> {
  secretOf(given: Given): string
  /** A report without it, wherever the other side repeated it. */
  redact(report: OutboundReport, secret: string): OutboundReport
}
