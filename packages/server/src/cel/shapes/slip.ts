/** Something that makes a part of an expression fail, or be the same whatever the event. */
export interface Slip {
  /**
   * `field_unknown`: the field is not declared. `never_equal`: it compares what is never equal, or always on the same side.
   * `kind_mismatch`: it does with a value what values of its kind do not take.
   */
  code: 'field_unknown' | 'never_equal' | 'kind_mismatch'
  /** A sentence without a full stop, that begins with a name of the expression where it can. */
  message: string
  /** As it would be written; null when nothing is near. */
  meant: string | null
}
