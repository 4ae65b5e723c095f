import { STATUS_CODES } from 'node:http'

const SHOWN_CHARACTERS_MAX = 200

/** What another server wrote, fit for a message: printable ASCII of bounded length. */
export function shown(text: string): string {
  return text.replace(/[^\u0020-\u007e]/g, '?').slice(0, SHOWN_CHARACTERS_MAX)
}

/** 404 → "404 Not Found". */
export function statusWords(status: number): string {
  const words = STATUS_CODES[status]
  return words === undefined ? String(status) : `${status} ${words}`
}
