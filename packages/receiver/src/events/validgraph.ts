/** The body of every event of this dialect. A sender may add fields; it renames and drops none. */
interface ValidgraphBody<Type extends string, Data> {
  event: Type
  /** When it happened, ISO 8601 in UTC. */
  timestamp: string
  data: Data
}

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
  workflow?: WorkflowFacts | undefined
  /** The page that shows the run. */
  run_url?: string | undefined
  /** How the run ended; `status` is `error` for all but PASS and FAIL. */
  result?: 'PASS' | 'FAIL' | 'ERROR' | 'CANCELED' | 'TIMED_OUT' | 'UNKNOWN' | undefined
}

export interface ScoreDroppedData {
  project_id: string
  /** 0–100. */
  previous_score: number
  current_score: number
  /** Current less previous: below 0. */
  change: number
  url: string
  validation_id?: string | undefined
  /** Points that the score has to fall by before this is told. */
  threshold?: number | undefined
  previous_validation_id?: string | undefined
  workflow?: WorkflowFacts | undefined
  /** The page that shows the run. */
  run_url?: string | undefined
}

export interface WorkflowFacts {
  id: number
  slug: string
  name: string
}

/** high: a type or a required property. medium: a recommended one. low: any other. */
export type Impact = 'high' | 'medium' | 'low'

export interface SchemaChange {
  kind: 'type_added' | 'type_removed' | 'property_added' | 'property_removed' | 'property_modified'
  schema_type: string
  /** '' when the change is about the type itself. */
  property: string
  impact: Impact
  /** Of a modified property, what its values were and are: `text`, `number`, `boolean`, `url`, or a type. */
  before?: string[] | undefined
  after?: string[] | undefined
}

export interface SchemaChangedData {
  validation_id: string
  url: string
  project_id: string
  /** The highest among the changes. */
  impact: Impact
  /** The first changes; `change_count` tells how many there are. */
  changes: SchemaChange[]
  change_count?: number | undefined
  previous_validation_id?: string | undefined
  workflow?: WorkflowFacts | undefined
  run_url?: string | undefined
}

export interface SchemaRemovedData {
  validation_id: string
  url: string
  project_id: string
  /** The type that is gone. */
  schema_type: string
  previous_validation_id?: string | undefined
  workflow?: WorkflowFacts | undefined
  run_url?: string | undefined
}

export interface AlertTriggeredData {
  validation_id: string
  url: string
  project_id: string
  alert_rule: { id: string; name: string; rule_type: string }
  severity: 'info' | 'warning' | 'critical'
  message: string
  /** Acknowledge it by this id. */
  alert_id?: string | undefined
  /** What was so in the run before, in words; null where nothing is compared. */
  before?: string | null | undefined
  after?: string | null | undefined
  score?: number | null | undefined
  workflow?: WorkflowFacts | undefined
  run_url?: string | undefined
}

/** `invalid`: the data is bad. `error`: no verdict was reached. */
export type ValidationCompletedEvent = ValidgraphBody<
  'validation.completed',
  ValidationData<'valid' | 'invalid' | 'error'>
>
export type ValidationFailedEvent = ValidgraphBody<'validation.failed', ValidationData<'invalid'>>
export type ScoreDroppedEvent = ValidgraphBody<'score.dropped', ScoreDroppedData>
export type SchemaChangedEvent = ValidgraphBody<'schema.changed', SchemaChangedData>
export type SchemaRemovedEvent = ValidgraphBody<'schema.removed', SchemaRemovedData>
export type AlertTriggeredEvent = ValidgraphBody<'alert.triggered', AlertTriggeredData>

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
