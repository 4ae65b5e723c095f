import { Command, InvalidArgumentError, Option } from 'commander'
import { formatDuration, parseDuration } from '../../config/duration.ts'
import { SCOPES, type Scope } from '../../core/organization.ts'
import { LIMITS } from '../../core/limits.ts'
import { DEFAULT_ORGANIZATION } from '../../identity/bootstrap.ts'
import { issueKey } from '../../identity/api-key.ts'
import { parseName } from '../arguments.ts'
import type { VerbContext } from '../verb.ts'
import { addSettingFlags, STORE_SETTINGS } from '../setting-flags.ts'
import { organizationNamed, withStore } from '../with-store.ts'

interface Options {
  name: string
  scopes: Scope[]
  org: string
  /** Milliseconds. */
  expires?: number
  json?: true
}

export function createKeyCommand({ terminal }: VerbContext): Command {
  const command = new Command('create')
    .description('Create an API key and print it; it is not shown again')
    .requiredOption('--name <NAME>', 'what the key is for, so that you recognize it later', parseName)
    .addOption(scopesOption())
    .option('--org <SLUG>', 'organization it belongs to', DEFAULT_ORGANIZATION)
    .option(
      '--expires <TIME>',
      'how long it is valid, such as 90d or 12h (default: until it is revoked)',
      parseExpiry,
    )
    .option('--json', 'print {"id", "key"} instead of the bare key')
    .addHelpText('after', HELP)
  addSettingFlags(command, STORE_SETTINGS)

  return command.action(async (options: Options) => {
    const created = await withStore(command, 'first', async ({ dataDir, store, ids, clock, random }) => {
      const organization = await organizationNamed(store, options.org)
      const now = clock.now()
      const expiresAt = options.expires === undefined ? null : now + options.expires
      const { name, scopes } = options
      const wanted = { id: ids.make('key'), organizationId: organization.id, name, scopes, expiresAt, now }
      const { key, row } = issueKey(wanted, random)
      await store.keys.create(row)
      return { dataDir, id: row.id, key }
    })
    const { dataDir, id, key } = created
    terminal.out(options.json ? JSON.stringify({ id, key }) : key)
    terminal.note(
      `Key ${id} of organization ${options.org} (${options.scopes.join(', ')}), in ${dataDir}. It is not shown again.`,
    )
  })
}

const HELP = `
What a key may do in its own organization: with the scope read, it may read; with write, also change things; with admin,
also manage keys. A key with the scope operator may create organizations, but cannot see into them.

Example:
  export KEY=$(sealpost keys create --name laptop)
  curl -H "X-API-Key: $KEY" http://127.0.0.1:8080/api/v1/webhooks`

function scopesOption(): Option {
  const option = new Option('--scopes <LIST>', `what the key may do: one or more of ${SCOPES.join(', ')}`)
  return option.argParser(parseScopes).default(['admin'], 'admin')
}

function parseScopes(text: string): Scope[] {
  const names = text.split(',').map((name) => name.trim())
  const scopes = SCOPES.filter((scope) => names.includes(scope))
  if (scopes.length !== new Set(names).size) {
    throw new InvalidArgumentError(`Scopes are ${SCOPES.join(', ')}, with commas between them.`)
  }
  return scopes
}

function parseExpiry(text: string): number {
  const ms = parseDuration(text)
  if (ms === null || ms === 0) throw new InvalidArgumentError('Write a time such as 90d, 12h or 30m.')
  if (ms > LIMITS.keyLifetimeMsMax) {
    const most = formatDuration(LIMITS.keyLifetimeMsMax)
    throw new InvalidArgumentError(
      `It is at most ${most}. Leave it out for a key that is valid until it is revoked.`,
    )
  }
  return ms
}
