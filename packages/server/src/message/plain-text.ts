/**
 * What does not belong into a line: control characters, line and paragraph separators, and the marks that turn the direction
 * of text round, with which a stranger's headline could make the words after it read otherwise.
 */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu
const LONE_SURROGATE = /\p{Cs}/gu

/** One line of a text that a stranger may have written, at most `charactersMax` long. */
export function lineOf(text: string, charactersMax: number): string {
  // Cut first: a text of megabytes is not to be gone through for the sake of its first line.
  const start = text.slice(0, 2 * charactersMax)
  const line = start.replace(UNSEEN, ' ').replace(/ {2,}/g, ' ').replace(LONE_SURROGATE, '\ufffd').trim()
  const wasCut = line.length > charactersMax || start.length < text.length
  if (!wasCut) return line
  // Half of a pair is no character.
  const kept = line.slice(0, charactersMax - 1).replace(/[\ud800-\udbff]$/, '')
  return `${kept}…`
}
