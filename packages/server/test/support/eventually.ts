/** How often is asked; the wait between is the answer's own round trip and this. */
const PAUSE_MS = 20

/** Asks until `wanted` holds; rejects with the last answer after `timeoutMs`. */
export async function eventually<Answer>(
  ask: () => Promise<Answer>,
  wanted: (answer: Answer) => boolean,
  timeoutMs = 90_000,
): Promise<Answer> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    if (performance.now() > deadline)
      throw new Error(`not within ${timeoutMs} ms; last: ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}
