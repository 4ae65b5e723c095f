import type { FieldError } from '../../../core/errors.ts'
import { cellReaderOf, type CellReader } from './cells.ts'
import { checksOf, type Check } from './constraints.ts'
import type { FieldSchema, TableSchema } from './validator.ts'

/** A field, ready to judge cells. */
export interface Field {
  name: string
  reader: CellReader
  checks: readonly Check[]
  isRequired: boolean
  isUnique: boolean
}

/** A Table Schema, ready to judge tables. */
export interface Table {
  fields: readonly Field[]
  /** Cells that say nothing. */
  missingValues: ReadonlySet<string>
  /** Places of its fields; empty when the table has no primary key. */
  primaryKey: readonly number[]
}

/** The table, or the first part of its schema that cannot be used, by its path from the configuration. */
export function compileTable(schema: TableSchema): Table | { refused: FieldError } {
  const fields: Field[] = []
  for (const [index, fieldSchema] of schema.fields.entries()) {
    const at = `schema.fields[${index}]`
    if (fields.some(({ name }) => name === fieldSchema.name)) {
      return refused(`${at}.name`, 'must not be that of another field')
    }
    const field = compileField(fieldSchema, at)
    if ('refused' in field) return field
    fields.push(field)
  }
  const primaryKey = [schema.primaryKey ?? []]
    .flat()
    .map((name) => fields.findIndex((field) => field.name === name))
  if (primaryKey.includes(-1)) return refused('schema.primaryKey', 'must name fields of the schema')
  return { fields, missingValues: new Set(schema.missingValues ?? ['']), primaryKey }
}

function compileField(schema: FieldSchema, at: string): Field | { refused: FieldError } {
  const reader = cellReaderOf(schema)
  if ('refused' in reader) return refused(`${at}.${reader.field}`, reader.refused)
  const checks = checksOf(schema, reader)
  if ('refused' in checks) return refused(`${at}.constraints.${checks.name}`, checks.refused)
  const { required = false, unique = false } = schema.constraints ?? {}
  return { name: schema.name, reader, checks, isRequired: required, isUnique: unique }
}

function refused(field: string, message: string): { refused: FieldError } {
  return { refused: { field, message } }
}
