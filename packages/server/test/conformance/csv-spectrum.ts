import { readdirSync, readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { join } from 'node:path'
import { readRecords } from '../../src/validate/validators/csv-table/records.ts'
import { readText } from '../../src/validate/validators/csv-table/text.ts'
import type { Disagreement, Suite } from './suite.ts'

/** Each file is read as the JSON beside it says. */
export const csvSpectrum: Suite = {
  name: 'csv-spectrum',
  repository: 'https://github.com/max-mapper/csv-spectrum',
  licence: 'BSD-2-Clause',
  run(path) {
    const names = readdirSync(join(path, 'csvs')).map((file) => file.replace(/\.csv$/, ''))
    const disagreements = names.flatMap((name): Disagreement[] => {
      const objects = objectsOf(readFileSync(join(path, 'csvs', `${name}.csv`)))
      if (objects === null) return [{ test: name, kind: 'refused' }]
      const wanted: unknown = JSON.parse(readFileSync(join(path, 'json', `${name}.json`), 'utf8'))
      return isDeepStrictEqual(objects, wanted) ? [] : [{ test: name, kind: 'false_fail' }]
    })
    return Promise.resolve([{ name: 'files', tests: names.length, disagreements }])
  },
}

/** The rows by the names of the header; null for what is not CSV. */
function objectsOf(bytes: Uint8Array): Record<string, string | undefined>[] | null {
  const file = readText(bytes, null)
  if ('refused' in file) return null
  const records: (readonly string[])[] = []
  const malformed = readRecords(file.text, { delimiter: ',', quote: '"' }, (cells) =>
    records.push([...cells]),
  )
  const [header = [], ...rows] = records
  if (malformed !== null) return null
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index]])))
}
