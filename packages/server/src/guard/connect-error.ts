/** How far a connection has come; each stage is told when it begins. */
export type ConnectStage = 'resolving' | 'connecting' | 'securing'

/** Reasons of the guard's own for not connecting; the rest are the network's (see net/classify.ts). */
type ConnectErrorCode = 'address_denied' | 'dns_not_found' | 'dns_failed'

/** The guard did not connect. The message is a sentence for whoever named the URL. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError'
  readonly code: ConnectErrorCode

  constructor(code: ConnectErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
