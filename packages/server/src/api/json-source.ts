/**
 * The text of a JSON value's members, as they were written. A value that is only passed on is passed on by its text: parsing
 * and writing it again would change what JavaScript cannot hold, such as whole numbers beyond 2^53.
 */

/** By key, of the object that begins at `from`; of a repeated key the last one, which is the one the parser takes. */
export function memberTexts(text: string, from = 0): Map<string, string> {
  const members = new Map<string, string>()
  let at = pastSpace(text, from) + 1
  while (text[(at = pastSpace(text, at))] !== '}') {
    const keyEnd = pastString(text, at)
    const key = JSON.parse(text.slice(at, keyEnd)) as string
    const start = pastSpace(text, pastSpace(text, keyEnd) + 1)
    const end = pastValue(text, start)
    members.set(key, text.slice(start, end))
    at = pastComma(text, end)
  }
  return members
}

/** Of the array that begins at `from`. */
export function elementTexts(text: string, from = 0): string[] {
  const elements: string[] = []
  let at = pastSpace(text, from) + 1
  while (text[(at = pastSpace(text, at))] !== ']') {
    const end = pastValue(text, at)
    elements.push(text.slice(at, end))
    at = pastComma(text, end)
  }
  return elements
}

/** The text is known to be JSON: what follows only finds where its parts end. */
function pastValue(text: string, from: number): number {
  const first = text[from]
  if (first === '"') return pastString(text, from)
  if (first === '{' || first === '[') return pastContainer(text, from)
  let at = from
  while (at < text.length && !' \n\r\t,]}'.includes(text.charAt(at))) at += 1
  return at
}

/** What a container's end is found by. Whatever is between is passed over at once: a body may be a megabyte. */
const MARKS = /["[\]{}]/g

function pastContainer(text: string, from: number): number {
  let depth = 0
  MARKS.lastIndex = from
  for (let found = MARKS.exec(text); found !== null; found = MARKS.exec(text)) {
    const [mark] = found
    if (mark === '"') MARKS.lastIndex = pastString(text, found.index)
    else if (mark === '{' || mark === '[') depth += 1
    else if (--depth === 0) return found.index + 1
  }
  throw unexpectedEnd()
}

function pastString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0
    while (text[at - 1 - backslashes] === '\\') backslashes += 1
    if (backslashes % 2 === 0) return at + 1
  }
  throw unexpectedEnd()
}

function pastSpace(text: string, from: number): number {
  let at = from
  while (' \n\r\t'.includes(text.charAt(at))) {
    if (at >= text.length) throw unexpectedEnd()
    at += 1
  }
  return at
}

function pastComma(text: string, from: number): number {
  const at = pastSpace(text, from)
  return text[at] === ',' ? at + 1 : at
}

function unexpectedEnd(): Error {
  return new Error('This is not JSON: it ends too soon')
}
