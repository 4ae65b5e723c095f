import { z } from 'zod'
import { TIERS, type Organization } from '../../core/organization.ts'
import { isoTime } from '../../core/time.ts'

const ORGANIZATION_FIELDS = {
  slug: z.string(),
  name: z.string(),
  tier: z.enum(TIERS),
  created_at: z.string(),
}

export const organizationSchema = z
  .object(ORGANIZATION_FIELDS)
  .describe('The organization.')
  .meta({ id: 'Organization' })

export const organizationWithKeySchema = z
  .object({
    ...ORGANIZATION_FIELDS,
    api_key: z.string().describe('An admin key of the new organization. Shown in this answer only.'),
  })
  .describe('The organization, with its first API key.')
  .meta({ id: 'OrganizationWithKey' })

export function organizationView({
  slug,
  name,
  tier,
  createdAt,
}: Organization): z.output<typeof organizationSchema> {
  return { slug, name, tier, created_at: isoTime(createdAt) }
}
