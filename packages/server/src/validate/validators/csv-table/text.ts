/** What a document in a text format says, or why that cannot be told. */
export type ReadText = { text: string } | { refused: string }

/** By its byte order mark, which is left out, else by the charset of its content type, else as UTF-8. */
export function readText(content: Uint8Array, contentType: string | null): ReadText {
  const charset = markedCharset(content) ?? charsetIn(contentType) ?? 'utf-8'
  try {
    return { text: new TextDecoder(charset, { fatal: true }).decode(content) }
  } catch (error) {
    const isUnknown = error instanceof RangeError
    return {
      refused: isUnknown ? `No charset is called "${charset}".` : `It is not text in the charset ${charset}.`,
    }
  }
}

function markedCharset([first, second]: Uint8Array): string | null {
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return first === 0xff && second === 0xfe ? 'utf-16le' : null
}

function charsetIn(contentType: string | null): string | null {
  return /;\s*charset\s*=\s*["']?([^\s"';]+)/i.exec(contentType ?? '')?.[1] ?? null
}
