import { z } from 'zod'

/** When the event happened, ISO 8601 in UTC. */
export const timestampField = z.iso.datetime().describe('When it happened, ISO 8601 in UTC')

export const countField = z.int().min(0)

export const scoreField = z.number().min(0).max(100)

export const projectIdField = z
  .string()
  .regex(/^proj_/)
  .describe('The project, `proj_…`')

export const validationIdField = z
  .string()
  .regex(/^val_/)
  .describe("The run, `val_` and the 32 hex digits of the run's UUID")

/** A string and never null: the examples that receivers were written against have a string here. */
export const subjectField = z
  .string()
  .describe(
    'What was judged: the URL, else the subject that the caller named, else the file name; "" when it has no name',
  )

export const workflowField = z
  .object({ id: z.int().min(1), slug: z.string(), name: z.string() })
  .describe('The workflow that was run')

export const webhookIdField = z.string().regex(/^webhook_/)

export const monitorIdField = z.string().regex(/^mon_/)
