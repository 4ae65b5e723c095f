import { documentSubmission, type Finding } from '../../src/core/run.ts'
import { documentOf } from '../../src/validate/validators/document-of.ts'
import { compile } from '../../src/validate/validators/structured-data/judge.ts'
import type { Judgement } from '../../src/validate/validators/validator.ts'

export interface JudgeOptions {
  config?: Record<string, unknown>
  contentType?: string | null
  url?: string | null
}

/** What the validator `structured-data` says of a text; throws when it does not take the configuration. */
export function judgeText(text: string | Buffer, options: JudgeOptions = {}): Judgement {
  const { config = {}, contentType = null, url = null } = options
  const compiled = compile(config)
  if ('refused' in compiled) throw new Error(compiled.refused.message)
  return compiled.judge({ ...documentOf(documentSubmission(Buffer.from(text), contentType)), url })
}

/** A node or several in the context of schema.org, judged as pasted JSON-LD. */
export function judgeNode(node: object, options: JudgeOptions = {}): Judgement {
  const value = Array.isArray(node) ? { '@graph': node as unknown[] } : node
  return judgeText(JSON.stringify({ '@context': 'https://schema.org', ...value }), options)
}

/** The findings of a code. */
export function ofCode({ findings }: Judgement, code: string): Finding[] {
  return findings.filter((finding) => finding.code === code)
}

/** `Type.property` of each finding of a code, sorted. */
export function namesOf(judgement: Judgement, code: string): string[] {
  return ofCode(judgement, code)
    .map(({ schemaType, property }) => `${schemaType ?? ''}.${property ?? ''}`)
    .sort()
}

/** Each type with the names of its properties, as far as they were seen. */
export function seenNames({ seen = [] }: Judgement): Record<string, string[]> {
  return Object.fromEntries(seen.map(({ type, properties }) => [type, properties.map(({ name }) => name)]))
}

/** Every property that its table requires or recommends. */
export const FULL_ARTICLE = {
  '@type': 'Article',
  headline: 'Rain at last',
  image: 'https://news.example.com/rain.jpg',
  datePublished: '2026-03-22T14:30:00Z',
  dateModified: '2026-03-23',
  description: 'It rained.',
  mainEntityOfPage: { '@type': 'WebPage', '@id': 'https://news.example.com/rain' },
  author: { '@type': 'Person', name: 'Jo March', url: 'https://news.example.com/jo' },
  publisher: {
    '@type': 'Organization',
    name: 'The News',
    url: 'https://news.example.com',
    logo: 'https://news.example.com/logo.png',
    sameAs: 'https://social.example.com/news',
  },
}
