import { oneError } from '../findings.ts'
import type { Compiled, JudgedDocument, Judgement } from '../validator.ts'
import { judgeThing } from './judge-thing.ts'
import { createLines } from '../../lines.ts'
import { openDocument } from './open-document.ts'
import { readDocument } from './read-document.ts'
import { groupsOf } from './rules/variants.ts'
import { createRemarks, type Remarks } from './remarks.ts'
import { scoreOf, SCORE_OF_NOTHING } from './score.ts'
import { seenIn } from './seen.ts'
import { FORMATS, isBareReference, isTypedReference, type Format, type Thing } from './thing.ts'
import { suggestType } from './vocabulary/suggest.ts'
import { isA, isType } from './vocabulary/vocabulary.ts'

interface Config {
  types?: string[]
  formats?: Format[]
}

/** Only types can be wrong: `checkConfig` has seen to the rest, but the vocabulary is known in workers alone. */
export function compile(config: Record<string, unknown>): Compiled {
  const { types = [], formats = FORMATS } = config as Config
  for (const type of types) {
    if (isType(type)) continue
    const suggestion = suggestType(type)
    const help = suggestion === null ? '' : ` Did you mean ${suggestion}?`
    return { refused: { field: 'types', message: `schema.org has no type "${type}".${help}` } }
  }
  return { judge: (document) => judge(types, formats, document) }
}

function judge(types: readonly string[], formats: readonly Format[], document: JudgedDocument): Judgement {
  const opened = openDocument(document, formats)
  if (opened === null) {
    const message =
      'The document is neither a web page nor JSON-LD. Send HTML as text/html, or JSON-LD as application/ld+json.'
    return oneError({ code: 'document_not_readable', message })
  }
  const remarks = createRemarks(createLines(opened.text))
  const described = readDocument(opened, document.url, formats, remarks)
  const things = described.filter((thing) => !isBareReference(thing))
  const groups = groupsOf(things)
  const judged = things.flatMap((thing) => judgeThing(thing, groups.get(thing) ?? [], remarks))
  judgePresence(things, types, remarks)
  const score = things.length === 0 ? SCORE_OF_NOTHING : scoreOf(judged)
  return { ...remarks.judgement(), ...(score === undefined ? {} : { score }), seen: seenIn(things) }
}

/** Whether there is anything, and everything that has to be there. */
function judgePresence(things: readonly Thing[], types: readonly string[], remarks: Remarks): void {
  // What could not be read has been told of, and is not nothing.
  if (things.length === 0 && remarks.judgement().counts.error === 0) {
    const message = 'There is no structured data: no JSON-LD, Microdata or RDFa that says what something is.'
    remarks.add({ severity: 'error', code: 'no_structured_data', message, place: null, offset: null })
  }
  const described = things.filter((thing) => !isTypedReference(thing)).flatMap((thing) => thing.types)
  for (const type of types) {
    if (described.some((each) => isA(each, type))) continue
    const message = `There is no ${type} here.`
    const code = 'required_type'
    remarks.add({ severity: 'error', code, message, place: null, offset: null, schemaType: type })
  }
}
