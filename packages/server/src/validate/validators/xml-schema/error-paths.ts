import { XmlErrorStruct } from 'libxml2-wasm/lib/libxml2.mjs'
import { LIMITS } from '../../../core/limits.ts'

// For each error the library works out the path of its element, for which it counts the elements before it: time in the
// square of the errors, 100 s for the worst document of 1 MiB. It asks for the element by this function, where 0 is none and
// makes no path. Nobody would see the path of an error that a judgement has no room for.
const elementOf = XmlErrorStruct.node.bind(XmlErrorStruct)
let paths = 0

XmlErrorStruct.node = (error) => (paths++ < LIMITS.findingsMax ? elementOf(error) : 0)

/** From now on errors have paths again, as many as a judgement has room for. */
export function countPathsAnew(): void {
  paths = 0
}
