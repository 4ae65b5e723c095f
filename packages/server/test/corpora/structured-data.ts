import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { documentOf } from '../../src/validate/validators/document-of.ts'
import { compile } from '../../src/validate/validators/structured-data/judge.ts'
import type { Judgement } from '../../src/validate/validators/validator.ts'
import { documentSubmission } from '../../src/core/run.ts'
import { readExamples } from './schemaorg-examples.ts'

// node packages/server/test/corpora/structured-data.ts --schemaorg DIR --extruct DIR
//
// Judges every example of schema.org's own (data/**/*examples*.txt of the repository schemaorg/schemaorg) and every sample
// page of extruct (tests/samples of scrapinghub/extruct), from local copies. Ends with 1 if any of them makes the judge
// throw. What it printed is recorded in docs/decisions/0022-structured-data.md.

const FORMATS = ['json-ld', 'microdata', 'rdfa'] as const
/** Examples without a thing that are named; the others are counted. */
const NAMED_MAX = 40

const { values: options } = parseArgs({
  options: { schemaorg: { type: 'string' }, extruct: { type: 'string' }, findings: { type: 'boolean' } },
})

class Count {
  judged = 0
  /** Examples in which there was at least one type, and those types. */
  withTypes = 0
  types = 0
  crashed = 0
  readonly without: string[] = []
  readonly codes = new Map<string, number>()
  readonly unknown = new Map<string, number>()

  judge(name: string, content: string | Buffer, contentType: string, formats?: readonly string[]): void {
    const compiled = compile(formats === undefined ? {} : { formats })
    if ('refused' in compiled) throw new Error(compiled.refused.message)
    this.judged += 1
    try {
      const document = documentOf(documentSubmission(Buffer.from(content), contentType))
      this.#note(name, compiled.judge({ ...document, url: 'https://example.com/page' }))
    } catch (error) {
      this.crashed += 1
      console.log(
        `CRASHED ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      )
    }
  }

  #note(name: string, { findings, seen = [] }: Judgement): void {
    this.types += seen.length
    if (seen.length > 0) this.withTypes += 1
    else
      this.without.push(`${name}: ${findings.map(({ code, message }) => `${code} (${message})`).join('; ')}`)
    for (const { code, message } of findings) {
      this.codes.set(code, (this.codes.get(code) ?? 0) + 1)
      if (code.startsWith('unknown_') || code.startsWith('value_') || code === 'wrong_domain') {
        this.unknown.set(message, (this.unknown.get(message) ?? 0) + 1)
      }
    }
  }

  print(title: string): void {
    console.log(
      `${title}: ${this.judged} judged, ${this.withTypes} with types (${this.types} in all), ` +
        `${this.without.length} without, ${this.crashed} crashed`,
    )
    if (options.findings === true) {
      console.log(Object.fromEntries(this.codes))
      const often = [...this.unknown].sort(([, one], [, other]) => other - one).slice(0, NAMED_MAX)
      for (const [message, times] of often) console.log(`    ${times} × ${message}`)
    }
    for (const line of this.without.slice(0, NAMED_MAX)) console.log(`  without: ${line}`)
    if (this.without.length > NAMED_MAX) console.log(`  … ${this.without.length - NAMED_MAX} more without`)
  }
}

let crashed = 0

if (options.schemaorg !== undefined) {
  const examples = readExamples(options.schemaorg)
  const parts = { microdata: 'MICRODATA', rdfa: 'RDFA', 'json-ld': 'JSON' } as const
  for (const format of FORMATS) {
    const count = new Count()
    for (const { name, markup } of examples) {
      const text = markup[parts[format]]
      if (text === undefined) continue
      // What schema.org gives as JSON is a page's script, or now and then the JSON alone.
      const isJson = format === 'json-ld' && !text.trimStart().startsWith('<')
      count.judge(name, text, isJson ? 'application/ld+json' : 'text/html', [format])
    }
    count.print(`schema.org ${format}`)
    crashed += count.crashed
  }
}

if (options.extruct !== undefined) {
  const directory = options.extruct
  const pages = filesBelow(directory).filter((file) => file.endsWith('.html'))
  const count = new Count()
  for (const file of pages) count.judge(relative(directory, file), readFileSync(file), 'text/html')
  count.print('extruct pages')
  crashed += count.crashed
}

process.exitCode = crashed === 0 ? 0 : 1

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((file) => statSync(file).isFile())
    .sort()
}
