import { Command } from 'commander'
import type { VerbContext } from '../verb.ts'
import { createOrgCommand } from './create.ts'
import { listOrgsCommand } from './list.ts'

export function orgsCommand(context: VerbContext): Command {
  return new Command('orgs')
    .description('Create and list organizations, also while a server runs')
    .addCommand(createOrgCommand(context))
    .addCommand(listOrgsCommand(context))
}
