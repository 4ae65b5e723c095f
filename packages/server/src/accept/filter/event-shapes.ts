/** What is known of the events of one type, as far as a filter of theirs is concerned. */
export interface EventShape {
  type: string
  /** JSON Schema, as a JSON text: of the whole body of a built-in type, else of its `data`. */
  schema: string
  describes: 'body' | 'data'
}
