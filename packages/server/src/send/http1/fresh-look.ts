/**
 * Makes the function that calls `action` after the event loop has looked at every socket once more, so that what is at the
 * door is seen before: a close, or bytes that nobody asked for. Not a matter of time, and only of use with real sockets.
 *
 * Asked from within a socket's callback, the check phase of the same turn comes before another look, that of the next turn
 * behind it. So an action waits for two check phases; all that wait share one immediate.
 */
export function createFreshLook(): (action: () => void) => void {
  let asked: (() => void)[] = []
  let looking: (() => void)[] = []

  function arm(): void {
    // eslint-disable-next-line no-restricted-syntax -- see above
    setImmediate(turn)
  }

  function turn(): void {
    const seen = looking
    looking = asked
    asked = []
    if (looking.length > 0) arm()
    for (const action of seen) action()
  }

  return (action) => {
    if (asked.length + looking.length === 0) arm()
    asked.push(action)
  }
}
