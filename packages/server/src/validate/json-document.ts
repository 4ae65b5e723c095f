export type ParsedJson = { value: unknown } | { refused: string }

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads a document as JSON (RFC 8259): UTF-8 only. A byte order mark is skipped, as the RFC allows a reader to, because
 * common editors write one. `refused` says in words what is wrong.
 */
export function parseJson(content: Uint8Array): ParsedJson {
  let text: string
  try {
    text = utf8.decode(content)
  } catch {
    return { refused: 'It is not UTF-8 text, which JSON has to be.' }
  }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    return { refused: error instanceof Error ? `${error.message}.` : 'It cannot be parsed.' }
  }
}
