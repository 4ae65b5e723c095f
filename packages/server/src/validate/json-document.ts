export type ParsedJson = { value: unknown } | { refused: string }

/** Reads a JSON text; throws a SyntaxError like `JSON.parse`, which is what reads it unless the reader needs more. */
export type ParseText = (text: string) => unknown

export const parseText: ParseText = (text) => JSON.parse(text) as unknown

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads a document as JSON (RFC 8259): UTF-8 only. A byte order mark is skipped, as the RFC allows a reader to, because
 * common editors write one. `refused` says in words what is wrong.
 */
export function parseJson(content: Uint8Array, parse: ParseText = parseText): ParsedJson {
  let text: string
  try {
    text = utf8.decode(content)
  } catch {
    return { refused: 'It is not UTF-8 text, which JSON has to be.' }
  }
  try {
    return { value: parse(text) }
  } catch (error) {
    return { refused: error instanceof Error ? `${error.message}.` : 'It cannot be parsed.' }
  }
}
