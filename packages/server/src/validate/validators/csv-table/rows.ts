import type { FindingParts, Findings } from '../findings.ts'
import type { Value } from './cells.ts'
import type { Places } from './header.ts'
import type { Field, Table } from './table.ts'

/** A row of the table: its number without the header, and the line of the file where it begins, both from 1. */
export interface Row {
  number: number
  line: number
  cells: readonly string[]
}

/** The characters of a value that a message shows. */
const SHOWN_MAX = 100

export interface RowJudgeOptions {
  table: Table
  places: Places
  /** How many cells a row has. */
  columns: number
  findings: Findings
}

/** Judges the rows of one table in turn; remembers what must not come twice. */
export function createRowJudge({ table, places, columns, findings }: RowJudgeOptions): (row: Row) => void {
  const { fields, missingValues, primaryKey } = table
  /** Of each field that is unique, the line on which a value was first seen; and so of primary keys. */
  const seen = fields.map(({ isUnique }) => (isUnique ? new Map<Value, number>() : null))
  const keysSeen = new Map<string, number>()

  function judgeRow(row: Row): void {
    if (row.cells.length > columns) extraCell(row)
    const values = fields.map((field, index) => judgeField(field, index, row))
    if (primaryKey.length > 0) judgeKey(row, values)
  }

  function judgeField(field: Field, index: number, row: Row): Value | undefined {
    const place = places[index]
    // Of a column that is missing the header was told of.
    if (place === null || place === undefined) return undefined
    const text = row.cells[place]
    if (text === undefined) {
      report(row, field, place, 'missing_cell', () => 'is missing: the row ends before it')
      return undefined
    }
    if (missingValues.has(text)) {
      if (field.isRequired) report(row, field, place, 'required', () => 'is required')
      return undefined
    }
    const value = field.reader.read(text)
    if (value === undefined) {
      report(row, field, place, 'type', () => `must be ${field.reader.wanted}, and is ${shown(text)}`)
      return undefined
    }
    for (const { code, wanted, holds } of field.checks) {
      if (!holds(value)) report(row, field, place, code, () => `must ${wanted}, and is ${shown(text)}`)
    }
    judgeUnique(row, field, place, { value, before: seen[index] ?? null })
    return value
  }

  function judgeUnique(row: Row, field: Field, place: number, { value, before }: Seen): void {
    const line = before?.get(value)
    if (line === undefined) before?.set(value, row.line)
    else
      report(
        row,
        field,
        place,
        'unique',
        () => `must be unique: line ${line} has ${shown(row.cells[place])} as well`,
      )
  }

  function judgeKey(row: Row, values: readonly (Value | undefined)[]): void {
    const names = primaryKey.map((index) => fields[index]?.name ?? '').join(', ')
    const key = primaryKey.map((index) => values[index])
    const name = JSON.stringify(key.map((value) => String(value)))
    const isWhole = !key.includes(undefined)
    const line = isWhole ? keysSeen.get(name) : undefined
    if (isWhole && line === undefined) {
      keysSeen.set(name, row.line)
      return
    }
    const reason =
      line === undefined ? 'must have a value in each of its fields' : `is that of line ${line} as well`
    findings.add('error', () => ({
      ...placeOf(row),
      code: 'primary_key',
      message: `The primary key (${names}) ${reason}.`,
    }))
  }

  function extraCell(row: Row): void {
    findings.add('error', () => ({
      ...placeOf(row),
      code: 'extra_cell',
      message: `The row has ${row.cells.length} cells, and the table ${columns} columns.`,
      column: columns + 1,
    }))
  }

  function report(row: Row, { name }: Field, place: number, code: string, predicate: () => string): void {
    findings.add('error', () => ({
      code,
      message: `${JSON.stringify(name)} ${predicate()}`,
      path: `/rows/${row.number}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      property: name,
      line: row.line,
      column: place + 1,
    }))
  }

  return judgeRow
}

interface Seen {
  value: Value
  before: Map<Value, number> | null
}

function placeOf({ number, line }: Row): Pick<FindingParts, 'path' | 'line'> {
  return { path: `/rows/${number}`, line }
}

function shown(text = ''): string {
  return JSON.stringify(text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text)
}
