import { Command } from 'commander'
import type { VerbContext } from '../verb.ts'
import { createKeyCommand } from './create.ts'
import { listKeysCommand } from './list.ts'
import { revokeKeyCommand } from './revoke.ts'

export function keysCommand(context: VerbContext): Command {
  return new Command('keys')
    .description('Create, list and revoke API keys, also while a server runs')
    .addCommand(createKeyCommand(context))
    .addCommand(listKeysCommand(context))
    .addCommand(revokeKeyCommand(context))
}
