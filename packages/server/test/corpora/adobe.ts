// @ts-expect-error -- it comes without types
import AdobeValidator from '@adobe/structured-data-validator'
import { documentSubmission, type Finding } from '../../src/core/run.ts'
import { documentOf } from '../../src/validate/validators/document-of.ts'
import { compile } from '../../src/validate/validators/structured-data/judge.ts'

interface Issue {
  issueMessage: string
  severity: 'ERROR' | 'WARNING'
  path: { type?: string }[]
  fieldNames: string[]
}

/** One JSON-LD node with a single type and everything nested in it. */
export type Node = Record<string, unknown>

/** What each of the two has for an error, as `Type.property`, with `|` between properties of which one is enough. */
export interface Comparison {
  ours: string[]
  theirs: string[]
}

/**
 * Judges a node with our judge and with `@adobe/structured-data-validator`, which was written apart from it out of the same
 * pages of Google's. Theirs is given no vocabulary, which would be fetched.
 */
export async function compare(node: Node): Promise<Comparison> {
  return { ours: unique(ourErrors(node)), theirs: unique(await theirErrors(node)) }
}

function ourErrors(node: Node): string[] {
  const compiled = compile({})
  if ('refused' in compiled) throw new Error(compiled.refused.message)
  const content = Buffer.from(JSON.stringify({ '@context': 'https://schema.org', ...node }))
  const { findings } = compiled.judge(documentOf(documentSubmission(content, 'application/ld+json')))
  return findings.filter(({ severity }) => severity === 'error').map(ourName)
}

function ourName({ schemaType, property, message }: Finding): string {
  const group = /^One of (.*) is required$/.exec(message)?.[1]?.split(', ')
  return `${schemaType ?? ''}.${group?.sort().join('|') ?? property ?? ''}`
}

async function theirErrors(node: Node): Promise<string[]> {
  const type = String(node['@type'])
  const validator = new AdobeValidator() as { validate(data: unknown): Promise<(Issue | null)[]> }
  // It changes what it is given.
  const issues = await validator.validate({ jsonld: { [type]: [structuredClone(node)] } })
  return issues.flatMap((issue) => (issue?.severity === 'ERROR' ? [theirName(issue)] : []))
}

function theirName({ path, fieldNames }: Issue): string {
  const names = fieldNames.map((name) => name.split('.')[0] ?? '')
  return `${path.at(-1)?.type ?? ''}.${unique(names).join('|')}`
}

function unique(names: string[]): string[] {
  return [...new Set(names)].sort()
}
