/** How much of everything. */
export interface Scale {
  rounds: number
  /** Closed loop: how long, and the deliveries at most, so that a fan-out of 20 is done in its time too. */
  loadSeconds: number
  deliveriesMax: number
  /** The same before it counts, for the compilers' sake. */
  warmUpSeconds: number
  warmUpDeliveriesMax: number
  /** Open loop. */
  steadySeconds: number
  steadyEventsPerSecond: number
  pendingRows: number
  webhooksMany: number
  /** Webhooks of which 30 % hang, and deliveries a second over all of them. */
  webhooksHanging: number
  hangingDeliveriesPerSecond: number
  hangingLeadSeconds: number
  hangingSeconds: number
  /** Requests of one measurement of the sender alone. */
  senderRequests: number
  /** Events of one request, and webhooks that all of them are owed to. */
  largeRequestEvents: number
  largeRequestWebhooks: number
  starts: number
}

export const FULL: Scale = {
  rounds: 3,
  loadSeconds: 3,
  deliveriesMax: 60_000,
  warmUpSeconds: 1.5,
  warmUpDeliveriesMax: 15_000,
  steadySeconds: 5,
  steadyEventsPerSecond: 1_000,
  pendingRows: 1_000_000,
  webhooksMany: 10_000,
  webhooksHanging: 200,
  hangingDeliveriesPerSecond: 1_000,
  hangingLeadSeconds: 5,
  hangingSeconds: 10,
  senderRequests: 100_000,
  largeRequestEvents: 1_000,
  largeRequestWebhooks: 600,
  starts: 5,
}

/** To see whether a change moved anything: one round, so the rows are no medians. */
export const QUICK: Scale = {
  ...FULL,
  rounds: 1,
  pendingRows: 100_000,
  webhooksMany: 2_000,
  hangingSeconds: 5,
  senderRequests: 50_000,
  largeRequestWebhooks: 100,
  starts: 1,
}

/** To see whether the results are right: as little as shows it. */
export const SMOKE: Scale = {
  rounds: 1,
  loadSeconds: 1,
  deliveriesMax: 200,
  warmUpSeconds: 0,
  warmUpDeliveriesMax: 0,
  steadySeconds: 0.5,
  steadyEventsPerSecond: 200,
  pendingRows: 1_000,
  webhooksMany: 100,
  webhooksHanging: 20,
  hangingDeliveriesPerSecond: 200,
  hangingLeadSeconds: 0,
  hangingSeconds: 0.5,
  senderRequests: 200,
  largeRequestEvents: 100,
  largeRequestWebhooks: 20,
  starts: 1,
}
