import { z } from 'zod'
import { isoTime } from '../../core/time.ts'
import type { Workflow } from '../../core/workflow.ts'

export const workflowSchema = z
  .object({
    id: z.int(),
    slug: z.string(),
    name: z.string(),
    project: z.string().describe('`proj_…`'),
    score_threshold: z.number().describe('How many points the score must fall to make `score.dropped`.'),
    steps: z.array(
      z.object({
        type: z.string(),
        name: z.string(),
        failure_mode: z.enum(['blocking', 'advisory']),
        config: z.record(z.string(), z.unknown()),
      }),
    ),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .describe('The workflow.')
  .meta({ id: 'Workflow' })

export function workflowView(workflow: Workflow): z.output<typeof workflowSchema> {
  return {
    id: workflow.id,
    slug: workflow.slug,
    name: workflow.name,
    project: workflow.projectId,
    score_threshold: workflow.scoreThreshold,
    steps: workflow.steps.map(({ type, name, failureMode, config }) => ({
      type,
      name,
      failure_mode: failureMode,
      config,
    })),
    created_at: isoTime(workflow.createdAt),
    updated_at: isoTime(workflow.updatedAt),
  }
}
