import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compare, type Node } from './adobe.ts'

// node packages/server/test/corpora/adobe-gallery.ts --gallery DIR
//
// Compares what we and @adobe/structured-data-validator have for an error, over the gallery of its repository
// (adobe/structured-data-validator), from a local copy. Each difference that it printed is explained in
// docs/decisions/0022-structured-data.md.

const TYPES = ['Product', 'Recipe', 'JobPosting', 'VideoObject', 'Breadcrumb', 'Review', 'AggregateRating']

const { values: options } = parseArgs({ options: { gallery: { type: 'string' } } })
if (options.gallery === undefined) throw new Error('Say where the gallery is: --gallery DIR')

let alike = 0
const differences: string[] = []
for (const type of TYPES) {
  const directory = join(options.gallery, type)
  for (const file of readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .sort()) {
    const parsed = JSON.parse(readFileSync(join(directory, file), 'utf8')) as Node | Node[]
    for (const node of Array.isArray(parsed) ? parsed : [parsed]) await note(`${type}/${file}`, node)
  }
}
console.log(`${alike} alike, ${differences.length} not`)
for (const line of differences) console.log(line)

async function note(name: string, node: Node): Promise<void> {
  const { ours, theirs } = await compare(node)
  const onlyOurs = ours.filter((each) => !theirs.includes(each))
  const onlyTheirs = theirs.filter((each) => !ours.includes(each))
  if (onlyOurs.length + onlyTheirs.length === 0) alike += 1
  else
    differences.push(`${name}\n  ours only: ${onlyOurs.join(', ')}\n  theirs only: ${onlyTheirs.join(', ')}`)
}
