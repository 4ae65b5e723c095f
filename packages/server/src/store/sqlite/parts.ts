import { isPartFault } from '../rules/parts.ts'
import type { RunPart } from '../rules/parts.ts'
import type { Connection } from './connection.ts'
import { storeError } from './errors.ts'
import type { WebhookCache } from './webhook-cache.ts'

class PartFault extends Error {}

/**
 * Runs `action` in a transaction whose parts fail by themselves. A savepoint keeps a copy of every page that its part
 * touches, which costs more than the part, and parts that fail are rare: so all of it is first tried without. When one
 * fails everything is undone and done again, each part in a savepoint of its own; `action` must bear that.
 */
export function writeInParts<Result>(
  connection: Connection,
  webhooks: WebhookCache,
  action: (runPart: RunPart) => Result,
): Result {
  const together: RunPart = (part) => {
    try {
      return part()
    } catch (error) {
      const cause = storeError(error)
      throw isPartFault(cause) ? new PartFault('A part of the work cannot be written', { cause }) : cause
    }
  }
  const apart: RunPart = (part, onFault) => {
    try {
      return connection.savepoint(() => {
        const result = part()
        // Staged states are not undone with a savepoint: none may be left when the next one begins.
        webhooks.flushStates()
        return result
      })
    } catch (error) {
      if (!isPartFault(error)) throw error
      return onFault(error)
    }
  }

  function write(runPart: RunPart): Result {
    return connection.write(() => {
      const result = action(runPart)
      webhooks.flushStates()
      return result
    })
  }

  try {
    return write(together)
  } catch (error) {
    if (!(error instanceof PartFault)) throw error
    return write(apart)
  }
}
