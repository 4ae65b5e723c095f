import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { documentSubmission } from '../../src/core/run.ts'
import { parseNotingNumbers } from '../../src/validate/exact-numbers.ts'
import { documentOf } from '../../src/validate/validators/document-of.ts'
import { compile } from '../../src/validate/validators/json-schema/judge.ts'
import type { Disagreement, Part, Suite } from './suite.ts'

const DRAFTS = {
  draft4: 'http://json-schema.org/draft-04/schema#',
  draft6: 'http://json-schema.org/draft-06/schema#',
  draft7: 'http://json-schema.org/draft-07/schema#',
  'draft2019-09': 'https://json-schema.org/draft/2019-09/schema',
  'draft2020-12': 'https://json-schema.org/draft/2020-12/schema',
}

/** A group of tests, as the suite's files have them. */
interface Group {
  description: string
  schema: unknown
  tests: { description: string; data: unknown; valid: boolean }[]
}

type Remotes = Record<string, unknown>

/** The required tests of each draft; `remotes/` is given as other schemas, by the addresses that the suite names. */
export const jsonSchemaTestSuite: Suite = {
  name: 'json-schema',
  repository: 'https://github.com/json-schema-org/JSON-Schema-Test-Suite',
  licence: 'MIT',
  async run(path) {
    const parts: Part[] = []
    for (const [draft, uri] of Object.entries(DRAFTS)) {
      parts.push(await runDraft(path, draft, uri, remotesFor(path, draft)))
    }
    return parts
  },
}

/** Numbers must not become doubles on the way. */
function read(file: string): unknown {
  return parseNotingNumbers(readFileSync(file, 'utf8')).value
}

function remotesFor(path: string, draft: string): Remotes {
  const directory = join(path, 'remotes')
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const own = files.filter(
    (file) => file.endsWith('.json') && (!/^(?:draft|v\d)/.test(file) || file.startsWith(`${draft}/`)),
  )
  return Object.fromEntries(own.map((file) => [`http://localhost:1234/${file}`, read(join(directory, file))]))
}

async function runDraft(path: string, draft: string, uri: string, remotes: Remotes): Promise<Part> {
  const part: Part = { name: draft, tests: 0, disagreements: [] }
  const directory = join(path, 'tests', draft)
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.json'))) {
    for (const group of read(join(directory, file)) as Group[]) {
      part.tests += group.tests.length
      part.disagreements.push(...(await runGroup(`${draft}/${file}`, group, uri, remotes)))
    }
  }
  return part
}

async function runGroup(file: string, group: Group, uri: string, remotes: Remotes): Promise<Disagreement[]> {
  const compiled = await compile({
    schema: withDraft(group.schema, uri),
    ...(JSON.stringify(group.schema).includes('localhost:1234') ? { schemas: remotes } : {}),
    // These files ask for formats as notes, which a step has when it says so. All others are judged as they are.
    ...(file.endsWith('/format.json') ? { formats: 'ignored' } : {}),
  })
  return group.tests.flatMap(({ description, data, valid }): Disagreement[] => {
    const test = `${file}: ${group.description}: ${description}`
    if ('refused' in compiled) return [{ test, kind: 'refused' }]
    const document = documentOf(documentSubmission(Buffer.from(JSON.stringify(data))))
    try {
      const isValid = compiled.judge(document).counts.error === 0
      return isValid === valid ? [] : [{ test, kind: isValid ? 'false_pass' : 'false_fail' }]
    } catch {
      return [{ test, kind: 'refused' }]
    }
  })
}

/** Schemas of the older drafts in the suite do not say which it is. */
function withDraft(schema: unknown, uri: string): unknown {
  if (typeof schema !== 'object' || schema === null || Object.hasOwn(schema, '$schema')) return schema
  return { $schema: uri, ...schema }
}
