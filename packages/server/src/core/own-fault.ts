/**
 * Whom a fault of ours holds up:
 *
 * machine — nothing new can be sent to anybody: no descriptors, no memory
 * network — most likely nobody is reached: the name servers, the network, the clock
 * webhook — one webhook: its secret does not open, its mail relay refuses us, a local rule closes its address
 */
export type FaultScope = 'machine' | 'network' | 'webhook'

/** What of the sender's own was at fault when an attempt did not reach its receiver. */
export interface OwnFault {
  /** For operators and programs; `/readyz` shows it. */
  code: OwnFaultCode
  scope: FaultScope
}

export type OwnFaultCode =
  | 'out_of_descriptors'
  | 'out_of_memory'
  | 'out_of_ports'
  | 'local_firewall'
  | 'resolver_down'
  | 'network_down'
  | 'clock_wrong'
  | 'mail_relay'
  | 'stood_still'
  | 'not_prepared'
  | 'stopping'
