import type { Severity } from '../../../core/run.ts'
import { createFindings } from '../findings.ts'
import type { Judgement } from '../validator.ts'
import type { Lines } from '../../lines.ts'
import { pathOf } from './path.ts'
import type { Place } from './thing.ts'

/** What is wrong, and where: a finding as the reader of a document knows it. */
export interface Remark {
  severity: Severity
  code: string
  /** A function, so that words are found only for the findings that are kept. */
  message: string | (() => string)
  /** Null is the whole document. */
  place: Place | null
  /** Of the character where it stands; null when it stands nowhere. */
  offset: number | null
  property?: string
  schemaType?: string
}

/** Gathers what is wrong with a document. */
export interface Remarks {
  add(remark: Remark): void
  /** Its counts are those of now. */
  judgement(): Judgement
}

export function createRemarks(lines: Lines): Remarks {
  const findings = createFindings()
  return {
    add({ severity, code, message, place, offset, ...names }) {
      findings.add(severity, () => ({
        code,
        message: typeof message === 'string' ? message : message(),
        path: place === null ? '' : pathOf(place),
        ...names,
        ...(offset === null ? {} : lines.at(offset)),
      }))
    },
    judgement: () => findings.judgement(),
  }
}
