import type { Finding } from './run.ts'

/** A finding's message, with what it is about in front unless it says so itself: `Article.headline: Property is required`. */
export function findingWords({
  message,
  property,
  schemaType,
}: Pick<Finding, 'message' | 'property' | 'schemaType'>): string {
  if (property === null || property === '' || names(message, property)) return message
  return schemaType === null || schemaType === ''
    ? `${property}: ${message}`
    : `${schemaType}.${property}: ${message}`
}

/** Messages quote a name as JSON does. */
function names(message: string, property: string): boolean {
  return message.includes(property) || message.includes(JSON.stringify(property))
}
