import { z } from 'zod'
import type { Project } from '../../core/organization.ts'
import { isoTime } from '../../core/time.ts'

export const projectSchema = z
  .object({
    id: z.string().describe('`proj_…`'),
    name: z.string(),
    is_default: z.boolean(),
    created_at: z.string(),
  })
  .describe('The project.')
  .meta({ id: 'Project' })

export function projectView(project: Project): z.output<typeof projectSchema> {
  return {
    id: project.id,
    name: project.name,
    is_default: project.isDefault,
    created_at: isoTime(project.createdAt),
  }
}
