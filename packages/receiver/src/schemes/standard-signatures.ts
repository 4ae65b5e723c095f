/** How many signatures of one request are looked at, so that a long header cannot buy unlimited work. */
export const SIGNATURES_MAX = 16

/**
 * Finds the signatures of one version in a `webhook-signature` value. They are separated by spaces; the comma that HTTP
 * puts between repeated headers is taken off, so that two header lines read like one.
 */
export function findStandardSignatures(headerValue: string, version: string): readonly string[] {
  const opening = `${version},`
  return headerValue
    .trim()
    .split(/\s+/, SIGNATURES_MAX)
    .filter((entry) => entry.startsWith(opening))
    .map((entry) => entry.slice(opening.length).replace(/,$/, ''))
}

/** What signatures of one version look like, as the source of a regular expression. */
export function standardForm(version: string): string {
  return `${version},[0-9A-Za-z+/]{40,}={0,2}`
}

/** What comes before the body in the signed content: `id.timestamp.` (Standard Webhooks, "Signature scheme"). */
export function standardOpening(id: string, timestamp: string | number): string {
  return `${id}.${timestamp}.`
}
