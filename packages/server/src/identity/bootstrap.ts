import type { Clock } from '../core/clock.ts'
import { Problem } from '../core/errors.ts'
import type { Ids } from '../core/ids.ts'
import type { Organization } from '../core/organization.ts'
import type { Store } from '../store/store.ts'

export const DEFAULT_ORGANIZATION = 'default'

/** The organization that a fresh installation starts with, made when nobody has yet. */
export async function ensureDefaultOrganization(
  store: Pick<Store, 'organizations'>,
  ids: Ids,
  clock: Clock,
): Promise<Organization> {
  const present = await store.organizations.bySlug(DEFAULT_ORGANIZATION)
  if (present) return present
  const wanted = {
    slug: DEFAULT_ORGANIZATION,
    name: 'Default',
    tier: 'enterprise',
    createdAt: clock.now(),
  } as const
  try {
    return await store.organizations.create(wanted, ids.make('proj'))
  } catch (error) {
    // The server and a command may both be the first; whoever lost takes what the other made.
    const made = error instanceof Problem && error.code === 'already_exists'
    const other = made ? await store.organizations.bySlug(DEFAULT_ORGANIZATION) : null
    if (other) return other
    throw error
  }
}
