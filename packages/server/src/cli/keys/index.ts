import { Command } from 'commander'
import type { VerbContext } from '../verb.ts'
import { createKeyCommand } from './create.ts'
import { listKeysCommand } from './list.ts'
import { revokeKeyCommand } from './revoke.ts'

export function keysCommand(context: VerbContext): Command {
  return new Command('keys')
    .description('Make, list and revoke API keys; works with or without a running server')
    .addCommand(createKeyCommand(context))
    .addCommand(listKeysCommand(context))
    .addCommand(revokeKeyCommand(context))
}
