import { ConnectError } from '../guard/connect-error.ts'
import { errorCode } from '../guard/error-code.ts'
import type { Resolver } from '../guard/resolver.ts'
import type { NetHealth } from './net-health.ts'
import { ownFaultOf } from './own-fault.ts'

/**
 * Nobody said anything about the name, not even that it could not be found out. A refusal (REFUSED) is no answer either: the
 * name server does not want to serve us.
 */
const UNANSWERED: ReadonlySet<string | undefined> = new Set(['ETIMEOUT', 'EREFUSED'])

/** Tells `health` of each lookup what it came to. */
export function watchedResolver(resolver: Resolver, health: NetHealth): Resolver {
  const sense = health.senses.resolver
  return {
    async resolve(name, onSome) {
      const lookup = sense.begin(name, health.now())
      try {
        const found = await resolver.resolve(name, (some) => {
          health.worked('resolver')
          onSome?.(some)
        })
        sense.ended(lookup)
        health.worked('resolver')
        return found
      } catch (error) {
        const cause = error instanceof ConnectError ? errorCode(error.cause) : undefined
        const own = ownFaultOf(error)
        if (own === null && UNANSWERED.has(cause)) sense.failed(lookup, health.now())
        else sense.ended(lookup)
        if (own?.code === 'resolver_down') sense.broken()
        else if (own === null && !UNANSWERED.has(cause)) health.worked('resolver')
        throw error
      }
    },
  }
}
