import type { Prospect } from '../../cel/shapes/prospect.ts'

export type { Prospect }

/**
 * What a filter says of an event. `error`: the expression failed on this body (a field that is not there, say): it does
 * not match. `overrun`: it could not be judged within its limits: the event goes through, since losing it would be worse.
 */
export type FilterVerdict = 'match' | 'no_match' | 'error' | 'overrun'
