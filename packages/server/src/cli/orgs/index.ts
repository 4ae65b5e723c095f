import { Command } from 'commander'
import type { VerbContext } from '../verb.ts'
import { createOrgCommand } from './create.ts'
import { listOrgsCommand } from './list.ts'

export function orgsCommand(context: VerbContext): Command {
  return new Command('orgs')
    .description('Make and list organizations; works with or without a running server')
    .addCommand(createOrgCommand(context))
    .addCommand(listOrgsCommand(context))
}
