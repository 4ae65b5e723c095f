import { isPartFault } from '../rules/parts.ts'
import type { RunPart } from '../rules/parts.ts'
import type { Savepoint } from './tables.ts'

/** Each part is undone by itself. */
export function partsApart(savepoint: Savepoint): RunPart {
  return (part, onFault) => {
    try {
      return savepoint(part)
    } catch (error) {
      if (!isPartFault(error)) throw error
      return onFault(error)
    }
  }
}
