import { nearest } from '../../../../core/nearest.ts'
import { mayHave, propertyNames, typeNames } from './vocabulary.ts'

/** The type whose name is nearest; null when none is near. */
export function suggestType(name: string): string | null {
  return nearest(name, typeNames())
}

/** The property whose name is nearest, of two equally near ones that which the types may have. */
export function suggestProperty(name: string, types: readonly string[]): string | null {
  return nearest(name, propertyNames(), (property) => types.some((type) => mayHave(type, property)))
}
