import { createLines } from './lines.ts'

/** Where something begins in a text; both from 1, columns in UTF-16 code units, as editors mostly count them. */
export interface Place {
  line: number
  column: number
}

/** The wanted pointers as a tree of their segments: most of a document is passed over without a name being made. */
interface Wanted {
  pointer: string | null
  children: Map<string, Wanted>
}

/** An array or object that is open. */
interface Open {
  /** What is wanted inside it; null when nothing is. */
  wanted: Wanted | null
  /** Of the item that comes next; null for an object. */
  index: number | null
}

/** Strings with their escapes; what opens, closes and parts; and all the rest, which is numbers and words. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g

/**
 * Where the values of these JSON Pointers (RFC 6901) stand in `text`, which must be JSON; without recursion, since it may
 * be deep. Of members of one name the last counts, as `JSON.parse` has it. Pointers that name nothing are left out.
 */
export function placesOf(text: string, pointers: Iterable<string>): Map<string, Place> {
  const offsets = new Map<string, number>()
  const open: Open[] = []
  /** What is wanted of the value that comes next. */
  let next: Wanted | null = wantedOf(pointers)
  let awaitsName = false

  for (const match of text.matchAll(TOKEN)) {
    const [token] = match
    const inside = open.at(-1)
    if (token === '}' || token === ']') {
      open.pop()
      awaitsName = false
    } else if (token === ',') {
      awaitsName = inside?.index === null
      if (inside !== undefined && inside.index !== null) next = childOf(inside.wanted, String(++inside.index))
    } else if (awaitsName) {
      next = inside?.wanted == null ? null : childOf(inside.wanted, JSON.parse(token) as string)
      awaitsName = false
    } else if (token !== ':') {
      if (next?.pointer != null) offsets.set(next.pointer, match.index)
      if (token === '{') open.push({ wanted: next, index: null })
      if (token === '[') open.push({ wanted: next, index: 0 })
      awaitsName = token === '{'
      next = token === '[' ? childOf(next, '0') : null
    }
  }
  return placesAt(text, offsets)
}

function wantedOf(pointers: Iterable<string>): Wanted {
  const root: Wanted = { pointer: null, children: new Map() }
  for (const pointer of pointers) {
    let wanted = root
    for (const segment of pointer.split('/').slice(1)) {
      const name = segment.replaceAll('~1', '/').replaceAll('~0', '~')
      const child = wanted.children.get(name) ?? { pointer: null, children: new Map<string, Wanted>() }
      wanted.children.set(name, child)
      wanted = child
    }
    wanted.pointer = pointer
  }
  return root
}

function childOf(wanted: Wanted | null, name: string): Wanted | null {
  return wanted?.children.get(name) ?? null
}

function placesAt(text: string, offsets: ReadonlyMap<string, number>): Map<string, Place> {
  const lines = createLines(text)
  return new Map([...offsets].map(([pointer, offset]) => [pointer, lines.at(offset)]))
}
