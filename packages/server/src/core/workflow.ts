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
