/** The right to have one connection to the mail server, given in the order it was asked for. */
export interface SmtpTurns {
  /**
   * Calls `begin` at once or when its turn comes. The returned function gives the turn back, or gives up waiting for it; call
   * it once.
   */
  take(begin: () => void): () => void
}

/** What waits is bounded by the attempts that the dispatcher has in flight. */
export function createSmtpTurns(max: number): SmtpTurns {
  const waiting = new Set<() => void>()
  let taken = 0

  function giveBack(): void {
    const [next] = waiting
    if (next === undefined) {
      taken -= 1
      return
    }
    waiting.delete(next)
    next()
  }

  return {
    take(begin) {
      if (taken < max) {
        taken += 1
        begin()
        return giveBack
      }
      const turn = (): void => begin()
      waiting.add(turn)
      return () => {
        if (!waiting.delete(turn)) giveBack()
      }
    },
  }
}
