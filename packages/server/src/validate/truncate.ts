/** The text, or as much of it as `charactersMax` has room for, with an ellipsis in the place of the rest. */
export function truncate(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax - 1)}…`
}
