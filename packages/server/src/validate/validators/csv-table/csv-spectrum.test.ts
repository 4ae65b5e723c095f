import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRecords } from './records.ts'
import { readText } from './text.ts'

const require = createRequire(import.meta.url)
const directory = dirname(require.resolve('csv-spectrum'))
const names = readdirSync(join(directory, 'csvs')).map((name) => name.replace('.csv', ''))
/** Has quotes in a cell that is not in quotes, which RFC 4180 does not allow and a validator should tell of. */
const UNQUOTED = 'location_coordinates'

function read(name: string) {
  const file = readText(readFileSync(join(directory, 'csvs', `${name}.csv`)), null)
  if ('refused' in file) throw new Error(file.refused)
  const records: string[][] = []
  const malformed = readRecords(file.text, { delimiter: ',', quote: '"' }, (cells) =>
    records.push([...cells]),
  )
  return { records, malformed }
}

describe('csv-spectrum', () => {
  it.each(names.filter((name) => name !== UNQUOTED))('%s is read as its JSON says', (name) => {
    const { records, malformed } = read(name)
    expect(malformed).toBeNull()
    const [header = [], ...rows] = records
    const objects = rows.map((row) => Object.fromEntries(header.map((key, index) => [key, row[index]])))
    expect(objects).toEqual(JSON.parse(readFileSync(join(directory, 'json', `${name}.json`), 'utf8')))
  })

  it(`${UNQUOTED} is told where it goes wrong`, () => {
    expect(read(UNQUOTED).malformed).toEqual({
      line: 2,
      column: 2,
      reason: 'A cell has a " inside and none at its beginning.',
    })
  })
})
