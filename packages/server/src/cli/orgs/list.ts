import { Command } from 'commander'
import type { Organization } from '../../core/organization.ts'
import { isoTime } from '../../core/time.ts'
import type { VerbContext } from '../verb.ts'
import { addSettingFlags, STORE_SETTINGS } from '../setting-flags.ts'
import { renderTable } from '../terminal.ts'
import { withStore } from '../with-store.ts'

export function listOrgsCommand({ terminal }: VerbContext): Command {
  const command = new Command('list').description('List organizations').option('--json', 'print JSON')
  addSettingFlags(command, STORE_SETTINGS)

  return command.action(async (options: { json?: true }) => {
    const organizations = await withStore(command, 'known', ({ store }) => store.organizations.list())
    const rows = organizations.map(describeOrganization)
    if (options.json) {
      terminal.out(JSON.stringify(rows))
      return
    }
    const cells = rows.map((row) => [row.slug, row.name, row.tier, row.created_at])
    terminal.out(renderTable(['SLUG', 'NAME', 'TIER', 'CREATED'], cells))
  })
}

export function describeOrganization(organization: Organization) {
  return {
    slug: organization.slug,
    name: organization.name,
    tier: organization.tier,
    created_at: isoTime(organization.createdAt),
  }
}
