import { LIMITS } from '../../../core/limits.ts'
import { truncate } from '../../truncate.ts'
import type { Place } from './thing.ts'

/** Steps that a path is written with; a deeper place is named by its last ones. */
const STEPS_MAX = 200

/**
 * A place, written out:
 *
 * - in pasted JSON-LD, the JSON Pointer of the object: `/@graph/1/author`; '' is the whole text
 * - in a page, the same within a script, the first of which is `script[0]`: `/script[0]/@graph/1/author`
 * - in a page's Microdata or RDFa, the way of properties from a thing that is no value of another one, counted from 0:
 *   `/microdata[0]/offers/1`
 */
export function pathOf(place: Place): string {
  const segments: string[] = []
  let characters = 0
  let each: Place | null = place
  while (each !== null && segments.length < STEPS_MAX && characters <= LIMITS.findingPathCharactersMax) {
    // Cut before it is escaped: a document may have a key of a megabyte.
    const segment = truncate(each.segment, LIMITS.findingPathCharactersMax)
    characters += segment.length + 1
    // The root of a pasted text has no step of its own.
    if (each.parent !== null || segment !== '') segments.push(escapePointer(segment))
    each = each.parent
  }
  const path = segments.reverse().map((segment) => `/${segment}`)
  return truncate((each === null ? '' : '…') + path.join(''), LIMITS.findingPathCharactersMax)
}

/** RFC 6901, section 3. */
function escapePointer(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1')
}
