// Whatever ends the benchmark, its processes end and its folders go: each is registered here when it is made.

const actions = new Set<() => void>()

/** Registers what must be undone at the end; the answer takes it back, because it has been done. */
export function atEnd(undo: () => void): () => void {
  actions.add(undo)
  return () => void actions.delete(undo)
}

/** Call once, before anything is started. */
export function cleanUpAtEnd(): void {
  process.once('exit', undoAll)
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
}

/** The last made goes first: a server before the folder it writes into. */
function undoAll(): void {
  for (const undo of [...actions].reverse()) {
    try {
      undo()
    } catch (error) {
      console.error(error)
    }
  }
  actions.clear()
}
