import type { XsdValidator } from 'libxml2-wasm'
import { LIMITS } from '../../../core/limits.ts'
import { truncate } from '../../truncate.ts'
import { createFindings, oneError } from '../findings.ts'
import type { Compiled, JudgedDocument, Judgement } from '../validator.ts'
import { DTD_REFUSED, findingOf, malformed } from './finding.ts'
import { guarded, parseXml, validateXml } from './library.ts'
import { compileSchema } from './schema.ts'

/** Compiles `config.schema`. Whatever is wrong with it comes back as `refused`, on the field `schema`. */
export function compile(config: Record<string, unknown>): Compiled {
  const text = config['schema'] as string // `checkConfig` has seen to it
  const schema = guarded(() => compileSchema(text))
  if (typeof schema === 'string') {
    return { refused: { field: 'schema', message: truncate(schema, LIMITS.findingMessageCharactersMax) } }
  }
  return {
    judge: (document) => guarded(() => judge(schema, document)),
    dispose: () => guarded(() => schema.dispose()),
  }
}

function judge(schema: XsdValidator, { content }: JudgedDocument): Judgement {
  const document = parseXml(content)
  if (Array.isArray(document)) return oneError(malformed(document))
  try {
    if (document.dtd !== null) return oneError({ code: 'dtd_not_allowed', message: DTD_REFUSED })
    const findings = createFindings()
    for (const fault of validateXml(schema, document)) findings.add('error', () => findingOf(fault))
    return findings.judgement()
  } finally {
    document.dispose()
  }
}
