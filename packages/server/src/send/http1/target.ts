import { LIMITS } from '../../core/limits.ts'
import type { ConnectTarget } from '../../guard/checked-addresses.ts'
import { literalOf } from '../../guard/url.ts'
import { requestHead, type RequestHead } from './request-bytes.ts'

/** What of a request follows from its URL alone. */
export interface Target {
  /** Scheme, host and port. */
  readonly origin: string
  /** `host` or `host:port`, for messages. */
  readonly host: string
  readonly place: ConnectTarget
  readonly head: RequestHead
}

/** Makes the function that checks and takes apart a URL, and remembers it: the guard's rules do not change while it runs. */
export function createTargets(checkUrl: (url: string) => URL): (url: string) => Target {
  const targets = new Map<string, Target>()

  return (text) => {
    const known = targets.get(text)
    if (known !== undefined) return known
    const { origin, protocol, host, hostname, port, pathname, search } = checkUrl(text)
    const target = {
      origin,
      host,
      place: { protocol, hostname: literalOf(hostname) ?? hostname, port },
      head: requestHead(host, pathname + search),
    }
    if (targets.size >= LIMITS.sendTargetsMax) targets.clear()
    targets.set(text, target)
    return target
  }
}
