import type { Findings } from '../findings.ts'
import type { Field } from './table.ts'

/** Where in a record each field's cell stands, from 0; null for a field that the table has no column for. */
export type Places = readonly (number | null)[]

/**
 * Holds the header against the fields, which must be its columns in their order. Columns that are there in another order
 * are judged all the same: one slip in the header should not make a finding of each cell.
 */
export function matchHeader(header: readonly string[], fields: readonly Field[], findings: Findings): Places {
  const known = new Set(fields.map(({ name }) => name))
  const firsts = new Map<string, number>()
  for (const [place, name] of header.entries()) {
    if (!known.has(name)) strayColumn('extra_column', 'is not in the schema', name, place, findings)
    else if (firsts.has(name))
      strayColumn('duplicate_column', 'repeats an earlier column', name, place, findings)
    else firsts.set(name, place)
  }
  const places = fields.map(({ name }) => firsts.get(name) ?? null)
  for (const [index, { name }] of fields.entries()) {
    if (places[index] !== null) continue
    const message = `The column ${JSON.stringify(name)} is missing.`
    findings.add('error', () => ({ code: 'missing_column', message, property: name, line: 1 }))
  }
  if (!places.includes(null) && header.length === fields.length) judgeOrder(places, fields, findings)
  return places
}

function strayColumn(code: string, reason: string, name: string, place: number, findings: Findings): void {
  findings.add('error', () => ({
    code,
    message: `Column ${place + 1}, ${JSON.stringify(name)}, ${reason}.`,
    property: name,
    line: 1,
    column: place + 1,
  }))
}

/** One finding for what one mistake may have moved. */
function judgeOrder(places: Places, fields: readonly Field[], findings: Findings): void {
  const index = places.findIndex((place, expected) => place !== expected)
  const name = fields[index]?.name
  if (name === undefined) return
  const column = (places[index] ?? 0) + 1
  findings.add('error', () => ({
    code: 'column_order',
    message: `Column ${index + 1} must be ${JSON.stringify(name)}, which is column ${column}.`,
    property: name,
    line: 1,
    column,
  }))
}
