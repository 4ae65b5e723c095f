export const ALERT_RULE_TYPES = [
  'score_threshold',
  'score_drop',
  'property_missing',
  'type_removed',
  'errors',
  'run_error',
  'cel',
] as const
export type AlertRuleType = (typeof ALERT_RULE_TYPES)[number]

export const ALERT_OPERATORS = ['lt', 'lte', 'gt', 'gte', 'eq'] as const
export type AlertOperator = (typeof ALERT_OPERATORS)[number]

export const ALERT_SEVERITIES = ['info', 'warning', 'critical'] as const
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number]

/** Which runs a rule looks at. */
export type AlertScope =
  | { type: 'all' }
  | { type: 'project'; projectId: string }
  /** `*` stands for any characters; the rest is taken as it is written. */
  | { type: 'url_pattern'; urlPattern: string }

export type AlertCondition =
  | { type: 'score_threshold' | 'errors'; operator: AlertOperator; value: number }
  /** Points that the score fell by since the run before. */
  | { type: 'score_drop'; value: number }
  /** `Article.headline`: an Article without it. `headline`: it is nowhere. */
  | { type: 'property_missing'; property: string }
  /** Null: any type. */
  | { type: 'type_removed'; schemaType: string | null }
  /** The run ended without a verdict. */
  | { type: 'run_error' }
  /** Over the body of the run's `validation.completed` event. */
  | { type: 'cel'; expression: string }

/** Asked after each run that ended; which runs it looks at depends on its condition (`isWatched` of detect/alerts.ts). */
export interface AlertRule {
  /** `rule_…` */
  id: string
  organizationId: number
  name: string
  enabled: boolean
  scope: AlertScope
  condition: AlertCondition
  severity: AlertSeverity
  /** Names of carriers. `webhook`: those who subscribed to `alert.triggered`. The others: the channels among `recipients`. */
  notifyVia: string[]
  /** Ids of channels. */
  recipients: string[]
  /** After an alert about a subject, how long the rule says nothing more about that subject. */
  cooldownSeconds: number
  createdAt: number
  updatedAt: number
}

/** A rule that matched a run. */
export interface Alert {
  /** `alert_…` */
  id: string
  organizationId: number
  ruleId: string
  /** As it was called then. */
  ruleName: string
  ruleType: AlertRuleType
  severity: AlertSeverity
  runId: string
  subject: string | null
  message: string
  /** What changed, in words; null where there is nothing to compare. */
  before: string | null
  after: string | null
  createdAt: number
  acknowledgedAt: number | null
  /** Name of the API key that acknowledged it. */
  acknowledgedBy: string | null
}

export const ALERT_COOLDOWN_SECONDS_DEFAULT = 3_600
