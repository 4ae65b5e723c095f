/** Steps that V8's own search may take at worst: some milliseconds. */
const NATIVE_STEPS_MAX = 10_000_000

/**
 * `text.includes(part)` in time that grows with the length of both and not with their product. V8's own search takes that
 * product for some texts (minutes for half a megabyte each), and nothing interrupts it but the end of the process.
 */
export function contains(text: string, part: string): boolean {
  if (text.length * part.length <= NATIVE_STEPS_MAX) return text.includes(part)
  const borders = bordersOf(part)
  let matched = 0
  for (let at = 0; at < text.length; at++) {
    matched = advance(part, borders, matched, text.charCodeAt(at))
    if (matched === part.length) return true
  }
  return false
}

/**
 * For each beginning of `part`, how long its longest proper beginning is that is also its end: what still counts when the
 * next character does not fit (Knuth, Morris and Pratt 1977, https://doi.org/10.1137/0206024).
 */
function bordersOf(part: string): Int32Array {
  const borders = new Int32Array(part.length)
  let matched = 0
  for (let at = 1; at < part.length; at++) {
    matched = advance(part, borders, matched, part.charCodeAt(at))
    borders[at] = matched
  }
  return borders
}

function advance(part: string, borders: Int32Array, matched: number, character: number): number {
  while (matched > 0 && part.charCodeAt(matched) !== character) matched = borders[matched - 1] ?? 0
  return part.charCodeAt(matched) === character ? matched + 1 : matched
}
