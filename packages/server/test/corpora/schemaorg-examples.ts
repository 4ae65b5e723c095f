import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const PARTS = ['PRE-MARKUP', 'MICRODATA', 'RDFA', 'JSON'] as const

export interface Example {
  /** File and number, for messages. */
  name: string
  /** What it is in each format; left out where schema.org gives nothing, or only says so in words. */
  markup: Partial<Record<(typeof PARTS)[number], string>>
}

/**
 * The examples of schema.org's repository: files of blocks that begin with a line `TYPES: …`, in which lines such as
 * `MICRODATA:` begin a part. Releases of the past hold the same examples again; a text that was read is not read twice.
 */
export function readExamples(directory: string): Example[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => /examples.*\.txt$/.test(name)).sort()
  const known = new Set<string>()
  return files.flatMap((file) => {
    const blocks = readFileSync(join(directory, file), 'utf8').split(/^TYPES:/m)
    return blocks.slice(1).flatMap((block, index): Example[] => {
      if (known.has(block)) return []
      known.add(block)
      return [{ name: `${file}#${index + 1}`, markup: markupIn(block) }]
    })
  })
}

function markupIn(block: string): Example['markup'] {
  const markup: Example['markup'] = {}
  for (const section of block.split(/^(?=(?:PRE-MARKUP|MICRODATA|RDFA|JSON):\s*$)/m)) {
    const part = PARTS.find((each) => section.startsWith(`${each}:`))
    if (part === undefined) continue
    const text = section.slice(part.length + 1).trim()
    if (SIGNS[part].test(text)) markup[part] = text
  }
  return markup
}

/** What a part in a format has at least; many only repeat the text, say that there is none, or leave it to be done. */
const SIGNS: Record<(typeof PARTS)[number], RegExp> = {
  'PRE-MARKUP': /</,
  MICRODATA: /\sitemscope/,
  RDFA: /\stypeof\s*=/,
  JSON: /^[[{]|<script/,
}
