import { Argument, Command, Option } from 'commander'
import { TIERS, type Tier } from '../../core/organization.ts'
import { parseName, parseSlug } from '../arguments.ts'
import type { VerbContext } from '../verb.ts'
import { addSettingFlags, STORE_SETTINGS } from '../setting-flags.ts'
import { withStore } from '../with-store.ts'
import { describeOrganization } from './list.ts'

export function createOrgCommand({ terminal }: VerbContext): Command {
  const command = new Command('create')
    .description('Create an organization: a tenant with its own webhooks, workflows and keys')
    .addArgument(new Argument('<SLUG>', 'its name in URLs, such as my-org').argParser(parseSlug))
    .option('--name <NAME>', 'its name for people (default: the slug)', parseName)
    .addOption(
      new Option('--tier <TIER>', 'the tier, which sets its limits').choices(TIERS).default('enterprise'),
    )
    .option('--json', 'print JSON')
  addSettingFlags(command, STORE_SETTINGS)

  return command.action(async (slug: string, options: { name?: string; tier: Tier; json?: true }) => {
    const organization = await withStore(command, 'first', ({ store, ids, clock }) =>
      store.organizations.create(
        { slug, name: options.name ?? slug, tier: options.tier, createdAt: clock.now() },
        ids.make('proj'),
      ),
    )
    if (options.json) terminal.out(JSON.stringify(describeOrganization(organization)))
    else terminal.note(`Made ${slug}. Make a key for it with: sealpost keys create --org ${slug} --name NAME`)
  })
}
