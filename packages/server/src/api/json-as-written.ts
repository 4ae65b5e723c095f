/** What TypeScript's library does not know of JSON yet: https://github.com/tc39/proposal-json-parse-with-source */
const json = JSON as unknown as {
  parse(text: string, revive: (key: string, value: unknown, context: { source?: string }) => unknown): unknown
  rawJSON(text: string): unknown
}

/**
 * The value of a JSON text, to be written as JSON again: a number that JavaScript writes otherwise, or cannot hold, is
 * written as it was.
 */
export function parseAsWritten(text: string): unknown {
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? json.rawJSON(source)
      : value,
  )
}
