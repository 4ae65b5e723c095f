import { assertions } from './assertions/validator.ts'
import { csvTable } from './csv-table/validator.ts'
import { jsonSchema } from './json-schema/validator.ts'
import { structuredData } from './structured-data/validator.ts'
import type { Validator } from './validator.ts'
import { xmlSchema } from './xml-schema/validator.ts'

/** Every validator, one line each. */
export const VALIDATORS = [
  jsonSchema,
  structuredData,
  assertions,
  xmlSchema,
  csvTable,
] as const satisfies readonly Validator[]

export type ValidatorName = (typeof VALIDATORS)[number]['name']

export type KnownValidator = (typeof VALIDATORS)[number]

export function findValidator(name: string): KnownValidator | undefined {
  return VALIDATORS.find((validator) => validator.name === name)
}

export const VALIDATOR_NAMES: readonly string[] = VALIDATORS.map(({ name }) => name)
