export interface Answer {
  status: number
  bodyAt: number
  end: number
}

const HEAD_END = Buffer.from('\r\n\r\n')
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)\r\n/i

/**
 * Reads the answer that `bytes` begins with; null when the rest has yet to come. Throws when it says its length in any
 * other way than content-length, which no server under measurement does.
 */
export function readAnswer(bytes: Buffer): Answer | null {
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd < 0) return null
  const head = bytes.toString('latin1', 0, headEnd + 2)
  const length = CONTENT_LENGTH.exec(head)?.[1]
  if (length === undefined) throw new Error(`The generator cannot read this answer: ${head.slice(0, 200)}`)
  const bodyAt = headEnd + HEAD_END.length
  const end = bodyAt + Number(length)
  if (end > bytes.length) return null
  return { status: Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)), bodyAt, end }
}
