import { Resolver as CaresResolver } from 'node:dns/promises'
import { ConnectError } from './connect-error.ts'
import { errorCode } from './error-code.ts'

/** Finds the addresses of a name. Injected, so that a simulation can stand in for the DNS. */
export interface Resolver {
  /**
   * All IPv4 and IPv6 addresses of a full name, IPv4 first; at least one. Rejects with a ConnectError: `dns_not_found`
   * when the name has none, `dns_failed` when nobody could say. `onSome` is told the addresses of the family that answers
   * first, if it has any, while the other is still waited for.
   */
  resolve(name: string, onSome?: (addresses: string[]) => void): Promise<string[]>
}

export interface ResolverOptions {
  /** `address` or `address:port`; the machine's own (/etc/resolv.conf) when empty. */
  servers?: readonly string[]
  timeoutMs?: number
  tries?: number
}

/** A first wait of 2 s, then a longer one: a lost packet costs little and a dead server is told apart within the attempt. */
const TIMEOUT_MS_DEFAULT = 2_000
const TRIES_DEFAULT = 2

/** What c-ares says of a name that is not there, or is there without an address of this family. */
const ABSENT: ReadonlySet<string | undefined> = new Set(['ENOTFOUND', 'ENODATA'])

/**
 * c-ares, not `dns.lookup`: the latter is `getaddrinfo` on one of the process's four worker threads, where a few names
 * with a dead server would stall every lookup and every file operation. The price is that /etc/hosts is not read.
 */
export function createResolver({ servers = [], timeoutMs, tries }: ResolverOptions = {}): Resolver {
  const cares = new CaresResolver({
    timeout: timeoutMs ?? TIMEOUT_MS_DEFAULT,
    tries: tries ?? TRIES_DEFAULT,
  })
  if (servers.length > 0) cares.setServers(servers)

  return {
    async resolve(name, onSome) {
      let answered = 0
      const early = (addresses: string[]): string[] => {
        if (++answered === 1 && addresses.length > 0) onSome?.(addresses)
        return addresses
      }
      const answers = await Promise.allSettled([
        cares.resolve4(name).then(early),
        cares.resolve6(name).then(early),
      ])
      const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
      // One family's answer is enough: resolvers that fail AAAA queries are common, and only what was answered is used.
      if (addresses.length > 0) return addresses
      throw failure(
        name,
        answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : [])),
      )
    },
  }
}

function failure(name: string, reasons: readonly unknown[]): ConnectError {
  const codes = reasons.map(errorCode)
  const cause = reasons[codes.findIndex((code) => !ABSENT.has(code))]
  if (cause !== undefined) {
    return new ConnectError('dns_failed', `${name} could not be looked up: ${explain(errorCode(cause))}.`, {
      cause,
    })
  }
  // NXDOMAIN counts for all families; without it the name exists but leads nowhere.
  return codes.includes('ENOTFOUND')
    ? new ConnectError('dns_not_found', `${name} does not resolve: there is no such name (NXDOMAIN).`)
    : new ConnectError('dns_not_found', `${name} does not resolve: the name has no address.`)
}

const EXPLANATIONS: Readonly<Record<string, string>> = {
  ETIMEOUT: 'its name server did not answer in time',
  ESERVFAIL: 'its name server failed (SERVFAIL)',
  EREFUSED: 'the name server refused to answer',
  ECONNREFUSED: 'the name server cannot be reached',
}

function explain(code = 'unknown error'): string {
  return EXPLANATIONS[code] ?? `the answer was of no use (${code})`
}
