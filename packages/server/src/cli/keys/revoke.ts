import { Command } from 'commander'
import type { Store } from '../../store/store.ts'
import { CommandError } from '../exit.ts'
import { printable } from '../terminal.ts'
import type { VerbContext } from '../verb.ts'
import { addSettingFlags, STORE_SETTINGS } from '../setting-flags.ts'
import { withStore } from '../with-store.ts'

export function revokeKeyCommand({ terminal }: VerbContext): Command {
  const command = new Command('revoke')
    .description('Revoke an API key: every request with it is refused from now on')
    .argument('<ID>', 'the id of the key (key_…), as `sealpost keys list` shows it')
  addSettingFlags(command, STORE_SETTINGS)

  return command.action(async (id: string) => {
    const name = await withStore(command, 'known', ({ store, clock }) => revoke(store, id, clock.now()))
    terminal.note(`Revoked ${id} (${printable(name)}).`)
  })
}

/** The name of the key that was revoked. An operator at the machine may revoke any organization's. */
async function revoke(store: Store, id: string, now: number): Promise<string> {
  for (const organization of await store.organizations.list()) {
    const key = (await store.keys.list(organization.id)).find((candidate) => candidate.id === id)
    if (key === undefined) continue
    if (await store.keys.revoke(organization.id, id, now)) return key.name
    throw new CommandError(`Key ${id} (${printable(key.name)}) was revoked already.`)
  }
  throw new CommandError(`There is no key ${id}. See: sealpost keys list`)
}
