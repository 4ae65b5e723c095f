import { Command } from 'commander'
import type { ApiKey, Organization } from '../../core/organization.ts'
import { isoTimeOrNull } from '../../core/time.ts'
import type { VerbContext } from '../verb.ts'
import { addSettingFlags, STORE_SETTINGS } from '../setting-flags.ts'
import { renderTable } from '../terminal.ts'
import { organizationNamed, withStore } from '../with-store.ts'

export function listKeysCommand({ terminal }: VerbContext): Command {
  const command = new Command('list')
    .description('List API keys: their names and scopes, never the keys themselves')
    .option('--org <SLUG>', 'only those of one organization')
    .option('--json', 'print JSON')
  addSettingFlags(command, STORE_SETTINGS)

  return command.action(async (options: { org?: string; json?: true }) => {
    const rows = await withStore(command, 'known', async ({ store, clock }) => {
      const organizations = options.org
        ? [await organizationNamed(store, options.org)]
        : await store.organizations.list()
      const described = []
      for (const organization of organizations) {
        const keys = await store.keys.list(organization.id)
        described.push(...keys.map((key) => describe(key, organization, clock.now())))
      }
      return described
    })
    if (options.json) terminal.out(JSON.stringify(rows))
    else if (rows.length === 0)
      terminal.note('There are no keys. Make one with: sealpost keys create --name NAME')
    else terminal.out(renderRows(rows))
  })
}

function describe(key: ApiKey, organization: Organization, now: number) {
  const isExpired = key.expiresAt !== null && key.expiresAt <= now
  return {
    id: key.id,
    name: key.name,
    organization: organization.slug,
    hint: key.hint,
    scopes: key.scopes,
    status: key.revokedAt !== null ? 'revoked' : isExpired ? 'expired' : 'active',
    created_at: isoTimeOrNull(key.createdAt),
    expires_at: isoTimeOrNull(key.expiresAt),
    revoked_at: isoTimeOrNull(key.revokedAt),
    last_used_at: isoTimeOrNull(key.lastUsedAt),
  }
}

function renderRows(rows: ReturnType<typeof describe>[]): string {
  return renderTable(
    ['ID', 'NAME', 'ORGANIZATION', 'KEY', 'SCOPES', 'STATUS', 'EXPIRES', 'LAST USED'],
    rows.map((row) => [
      row.id,
      row.name,
      row.organization,
      `${row.hint}…`,
      row.scopes.join(','),
      row.status,
      row.expires_at ?? 'never',
      row.last_used_at ?? 'never',
    ]),
  )
}
