import type { buildConnector } from 'undici'
import type { Clock } from '../core/clock.ts'
import { createAddressPolicy } from './address.ts'
import { createOpen, type Open } from './connect.ts'
import type { Resolver } from './resolver.ts'
import { checkUrl } from './url.ts'

export interface GuardOptions {
  /** Take plain http beside https, for receivers on a trusted network. */
  allowHttp: boolean
  /** Ranges that may be reached although they are private; the only way to a private target. */
  allowCidr: readonly string[]
  resolver: Resolver
  clock: Clock
  /** Certificate authorities trusted instead of Node's own list, PEM. */
  ca?: string | Buffer
}

/** Decides where requests that others asked for may go. Every one of them passes here, whatever sends it. */
export interface Guard {
  /** The URL as it will be requested. Throws `Problem('url_not_allowed')` on field `url`. */
  checkUrl(url: string): URL
  /** For undici's `connect` option. */
  connector: buildConnector.connector
  /** The same with its stages told and a way to give up. */
  open: Open
}

/** Throws an Error naming the range of `allowCidr` that cannot be read. */
export function createGuard({ allowHttp, allowCidr, resolver, clock, ca }: GuardOptions): Guard {
  const addresses = createAddressPolicy(allowCidr)
  const open = createOpen({ allowHttp, addresses, resolver, clock, ...(ca === undefined ? {} : { ca }) })
  return {
    checkUrl: (url) => checkUrl(url, { allowHttp, addresses }),
    connector: (options, callback) => {
      open(options, () => undefined, callback)
    },
    open,
  }
}
