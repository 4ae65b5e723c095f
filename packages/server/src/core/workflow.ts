export type FailureMode = 'blocking' | 'advisory'

/** One step of a workflow: which validator judges, and with what. */
export interface Step {
  /** The validator's name in validate/validators/index.ts. */
  type: string
  name: string
  /** A failed blocking step ends the run; an advisory one's errors count as warnings. */
  failureMode: FailureMode
  config: Record<string, unknown>
}

/** Ordered steps that judge a submission. */
export interface Workflow {
  id: number
  organizationId: number
  /** `proj_…` */
  projectId: string
  slug: string
  name: string
  /** Points a score must fall below the previous one before `score.dropped` fires. */
  scoreThreshold: number
  steps: Step[]
  createdAt: number
  updatedAt: number
}

export const SCORE_THRESHOLD_DEFAULT = 5

/**
 * Steps that judge nothing. They are carried out when the run has ended, in the commit that ends it, on what the whole run
 * came to: wherever one stands, it cannot tell of a verdict that a later step changes.
 */
export const ACTION_TYPES = ['webhook', 'notify'] as const
export type ActionType = (typeof ACTION_TYPES)[number]

export const ACTION_OCCASIONS = ['always', 'pass', 'fail'] as const
export type ActionOccasion = (typeof ACTION_OCCASIONS)[number]

/** Events that an action can send. */
export const ACTION_EVENTS = ['run.completed', 'validation.completed'] as const
export type ActionEvent = (typeof ACTION_EVENTS)[number]

/** What an action step asks for. */
export interface Action {
  /** A webhook, or the channel of a `notify` step; it hears the event whatever it subscribed to. */
  webhookId: string
  /** `fail`: with any result but PASS. */
  when: ActionOccasion
  event: ActionEvent
}

export function isAction(type: string): type is ActionType {
  return (ACTION_TYPES as readonly string[]).includes(type)
}

/** The actions among the steps, whose configurations have been checked. */
export function actionsOf(steps: readonly Step[]): Action[] {
  return steps.flatMap(({ type, config }): Action[] => {
    if (!isAction(type)) return []
    const { webhook, channel, when = 'always', ...rest } = config as ActionConfig
    // People are to read which page it is about and what is wrong with it, which the body of run.completed does not say.
    const { event = type === 'notify' ? 'validation.completed' : 'run.completed' } = rest
    const webhookId = type === 'webhook' ? webhook : channel
    return webhookId === undefined ? [] : [{ webhookId, when, event }]
  })
}

/** As callers write it: `webhook` of a webhook step, `channel` of a notify step. */
interface ActionConfig {
  webhook?: string
  channel?: string
  when?: ActionOccasion
  event?: ActionEvent
}
