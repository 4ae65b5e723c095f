/** The body of every event of this dialect. A sender may add fields; it renames and drops none. */
interface ValidgraphBody<Type extends string, Data> {
  event: Type
  /** When it happened, ISO 8601 in UTC. */
  timestamp: string
  data: Data
}

/** Data that the documented examples do not fix: read each field with care. */
type Further = Readonly<Record<string, unknown>>

/** One error of a validation. */
export interface ValidationError {
  /** The property concerned; '' when the error concerns no single one. */
  property: string
  message: string
  /** The type that the property belongs to; '' when it has none. */
  schema_type?: string | undefined
  /** Where in the document, as a JSON Pointer; '' is the whole of it. */
  path?: string | undefined
  /** The rule that was broken. */
  code?: string | undefined
}

/** What `validation.completed` and `validation.failed` say. What is optional stands in no documented example. */
export interface ValidationData<Status extends string> {
  /** `val_` and the run's UUID without hyphens. */
  validation_id: string
  /** What was validated: the URL, else the subject that the caller named, else the file name. */
  url: string
  project_id: string
  status: Status
  /** The type with most errors; '' when no finding names one. */
  schema_type: string
  /** The first errors; `error_count` tells how many there are. */
  errors: ValidationError[]
  /** 0–100, or null where the workflow gives none. */
  score?: number | null | undefined
  error_count?: number | undefined
  warning_count?: number | undefined
  workflow?: { id: number; slug: string; name: string } | undefined
  /** The page that shows the run. */
  run_url?: string | undefined
}

export interface ScoreDroppedData {
  project_id: string
  /** 0–100. */
  previous_score: number
  current_score: number
  /** Current less previous: below 0. */
  change: number
  url: string
}

/** `invalid`: the data is bad. `error`: no verdict was reached. */
export type ValidationCompletedEvent = ValidgraphBody<
  'validation.completed',
  ValidationData<'valid' | 'invalid' | 'error'>
>
export type ValidationFailedEvent = ValidgraphBody<'validation.failed', ValidationData<'invalid'>>
export type ScoreDroppedEvent = ValidgraphBody<'score.dropped', ScoreDroppedData>
export type SchemaChangedEvent = ValidgraphBody<'schema.changed', Further>
export type SchemaRemovedEvent = ValidgraphBody<'schema.removed', Further>
export type AlertTriggeredEvent = ValidgraphBody<'alert.triggered', Further>

/** Someone asked for a test. It bears both legacy signature headers. */
export type WebhookTestEvent = ValidgraphBody<'webhook.test', { webhook_id: string; message: string }>

export type ValidgraphEvent =
  | ValidationCompletedEvent
  | ValidationFailedEvent
  | ScoreDroppedEvent
  | SchemaChangedEvent
  | SchemaRemovedEvent
  | AlertTriggeredEvent
  | WebhookTestEvent
