import type { OwnFault } from '../core/own-fault.ts'
import { ConnectError } from '../guard/connect-error.ts'
import { errorCode } from '../guard/error-code.ts'

/** A fault of this machine or its settings, told by an error that no other side can cause. */
export interface FoundFault extends OwnFault {
  /** For whoever owns the webhook. It names no addresses or numbers, so that the same fault always reads the same. */
  message: string
}

const DESCRIPTORS: FoundFault = {
  code: 'out_of_descriptors',
  scope: 'machine',
  message: 'This server has no file descriptors left to open a connection with.',
}

const MEMORY: FoundFault = {
  code: 'out_of_memory',
  scope: 'machine',
  message: 'This server has no memory left for a connection.',
}

/** Of one address and port: connections to others have ports of their own. */
const PORTS: FoundFault = {
  code: 'out_of_ports',
  scope: 'webhook',
  message: 'This server has no port or address of its own left for a connection to that address.',
}

/** A rule of this machine closes the one address; other webhooks may well be reached. */
const FIREWALL: FoundFault = {
  code: 'local_firewall',
  scope: 'webhook',
  message: 'A rule of the machine that this server runs on does not let it connect to that address.',
}

const RESOLVER: FoundFault = {
  code: 'resolver_down',
  scope: 'network',
  message: 'This server cannot reach a name server of its own.',
}

const NETWORK: FoundFault = {
  code: 'network_down',
  scope: 'network',
  message: 'The network interface of this server is down.',
}

const BY_CODE: Readonly<Record<string, FoundFault>> = {
  EMFILE: DESCRIPTORS,
  ENFILE: DESCRIPTORS,
  ENOMEM: MEMORY,
  ENOBUFS: MEMORY,
  // Of a connect over IP: the kernel has no room for the route.
  EAGAIN: MEMORY,
  ERR_MEMORY_ALLOCATION_FAILED: MEMORY,
  EADDRNOTAVAIL: PORTS,
  EADDRINUSE: PORTS,
  EACCES: FIREWALL,
  EPERM: FIREWALL,
  ENETDOWN: NETWORK,
}

/**
 * c-ares speaks to the name servers of this machine only, so whatever keeps it from asking is ours: nothing listens there,
 * or it gets no socket. That nothing came back in time is not told here: a name's own servers may be to blame for that.
 */
const BY_LOOKUP_CODE: Readonly<Record<string, FoundFault>> = {
  ECONNREFUSED: RESOLVER,
  EFILE: RESOLVER,
  ENOTINITIALIZED: RESOLVER,
  EDESTRUCTION: RESOLVER,
  ECANCELLED: RESOLVER,
}

/** What OpenSSL puts behind the names of its own failures to get memory. */
const OPENSSL_MEMORY = /_MALLOC_FAILURE$/
const NO_BUFFER = /^(?:Array buffer allocation failed|Cannot create a Buffer|Invalid typed array length)/

/** Null when the error may be the other side's, or the network's between. */
export function ownFaultOf(error: unknown): FoundFault | null {
  if (error instanceof ConnectError) {
    const cause = errorCode(error.cause) ?? ''
    return error.code === 'dns_failed' ? (BY_LOOKUP_CODE[cause] ?? BY_CODE[cause] ?? null) : null
  }
  const code = errorCode(error) ?? ''
  if (OPENSSL_MEMORY.test(code)) return MEMORY
  if (error instanceof RangeError && NO_BUFFER.test(error.message)) return MEMORY
  return BY_CODE[code] ?? null
}
