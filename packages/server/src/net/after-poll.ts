/**
 * Calls `action` once the event loop has gone on to its check phase, so that whatever `action` defers by one more turn runs
 * after a fresh look at every socket. Not a matter of time, and only of use with real sockets: a simulation, which
 * puts another transport in our place, has nothing to hold here.
 */
export function afterPoll(action: () => void): void {
  // eslint-disable-next-line no-restricted-syntax -- see above
  setImmediate(action)
}
