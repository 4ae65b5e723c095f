import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { TIERS, type Tier } from '../../core/organization.ts'
import type { VerbContext } from '../verb.ts'
import { addSettingFlags, STORE_SETTINGS } from '../setting-flags.ts'
import { withStore } from '../with-store.ts'
import { describeOrganization } from './list.ts'

export function createOrgCommand({ terminal }: VerbContext): Command {
  const command = new Command('create')
    .description('Make an organization: a tenant with its own webhooks, workflows and keys')
    .addArgument(new Argument('<SLUG>', 'its name in URLs, such as my-org').argParser(parseSlug))
    .option('--name <NAME>', 'its name for people (default: the slug)')
    .addOption(new Option('--tier <TIER>', 'which limits it has').choices(TIERS).default('enterprise'))
    .option('--json', 'print JSON')
  addSettingFlags(command, STORE_SETTINGS)

  return command.action(async (slug: string, options: { name?: string; tier: Tier; json?: true }) => {
    const organization = await withStore(command, ({ store, ids, clock }) =>
      store.organizations.create(
        { slug, name: options.name ?? slug, tier: options.tier, createdAt: clock.now() },
        ids.make('proj'),
      ),
    )
    if (options.json) terminal.out(JSON.stringify(describeOrganization(organization)))
    else terminal.note(`Made ${slug}. Make a key for it with: sealpost keys create --org ${slug} --name NAME`)
  })
}

const SLUG_CHARACTERS_MAX = 63

function parseSlug(text: string): string {
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(text) && text.length <= SLUG_CHARACTERS_MAX) return text
  throw new InvalidArgumentError(
    `A slug has 1 to ${SLUG_CHARACTERS_MAX} lower-case letters and digits, with single hyphens between them.`,
  )
}
