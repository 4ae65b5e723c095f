/** A workflow's integer id from its decimal text; null when `text` is anything else, and so may be a slug. */
export function workflowIdFrom(text: string): number | null {
  if (!/^\d{1,15}$/.test(text)) return null
  return Number(text)
}
