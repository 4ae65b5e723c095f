import { createGuard, type Guard, type GuardOptions } from '../guard/guard.ts'
import type { NetHealth } from './net-health.ts'
import { watchedOpen } from './watched-open.ts'
import { watchedResolver } from './watched-resolver.ts'

/** The guard, every lookup and connection of which tells whether the name servers, the network and the clock work. */
export function createWatchedGuard(options: GuardOptions, health: NetHealth): Guard {
  const guard = createGuard({ ...options, resolver: watchedResolver(options.resolver, health) })
  return { ...guard, open: watchedOpen(guard.open, health) }
}
