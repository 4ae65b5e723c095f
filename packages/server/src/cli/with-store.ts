import type { Command } from 'commander'
import { systemClock, type Clock } from '../core/clock.ts'
import { createIds, type Ids } from '../core/ids.ts'
import type { Organization } from '../core/organization.ts'
import { systemRandom, type Random } from '../core/random.ts'
import { ensureDefaultOrganization } from '../identity/bootstrap.ts'
import type { Store } from '../store/store.ts'
import type { StoreSurvey } from '../store/survey.ts'
import type { Settings } from '../config/settings.ts'
import { checkDataDirectory } from './known-data-directory.ts'
import { CommandError } from './exit.ts'
import { settingsOf } from './setting-flags.ts'

export interface StoreContext {
  /** Absolute path, to be named wherever something was written. */
  dataDir: string
  store: Store
  clock: Clock
  ids: Ids
  random: Random
}

/**
 * Opens the store that the command's settings name, whether or not a server runs on it, and closes it afterwards.
 * `first` is for verbs that may be the first to use a data directory. Throws CommandError where there is none.
 */
export async function withStore<Result>(
  command: Command,
  use: 'first' | 'known',
  work: (context: StoreContext) => Promise<Result>,
): Promise<Result> {
  const loaded = await settingsOf(command)
  await checkDataDirectory(loaded, use, await surveyOf(loaded.settings))
  return withStoreOf(loaded.settings, work)
}

export async function withStoreOf<Result>(
  settings: Settings,
  work: (context: StoreContext) => Promise<Result>,
): Promise<Result> {
  // Here and not above: it brings the whole server with it, which help texts and wrong usage need not wait for.
  const { openStore } = await import('../compose.ts')
  const clock = systemClock
  const random = systemRandom
  const ids = createIds(clock, random)
  const store = await openStore(settings, { clock, ids })
  try {
    await ensureDefaultOrganization(store, ids, clock)
    return await work({ dataDir: settings.dataDir, store, clock, ids, random })
  } finally {
    await store.close()
  }
}

/** A look at the store that the settings name; changes nothing. */
export async function surveyOf(settings: Pick<Settings, 'dataDir'>): Promise<StoreSurvey> {
  // Here and not above, as in `withStoreOf`.
  const { surveyStore } = await import('../compose.ts')
  return surveyStore(settings)
}

/** Throws CommandError that says which there are. */
export async function organizationNamed(store: Store, slug: string): Promise<Organization> {
  const organization = await store.organizations.bySlug(slug)
  if (organization) return organization
  const slugs = (await store.organizations.list()).map((known) => known.slug)
  throw new CommandError(
    `There is no organization "${slug}". The organizations are: ${slugs.join(', ')}. Make one with: sealpost orgs create ${slug}`,
  )
}
