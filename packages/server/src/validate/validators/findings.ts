import { LIMITS } from '../../core/limits.ts'
import type { Finding, FindingCounts, Severity } from '../../core/run.ts'
import { truncate } from '../truncate.ts'
import type { Judgement } from './validator.ts'

/** What a finding says. What is left out is the whole document (`path`), or unknown. */
export type FindingParts = Pick<Finding, 'code' | 'message'> &
  Partial<Pick<Finding, 'path' | 'property' | 'schemaType' | 'line' | 'column'>>

/** Gathers findings: lists as many as the limit has room for, each within its own, and counts them all. */
export interface Findings {
  /** `describe` is asked only when there is room: a document may have a million faults. */
  add(severity: Severity, describe: () => FindingParts): void
  judgement(): Judgement
}

export function createFindings(): Findings {
  const findings: Finding[] = []
  const counts: FindingCounts = { error: 0, warning: 0, info: 0 }
  return {
    add(severity, describe) {
      counts[severity]++
      if (findings.length < LIMITS.findingsMax) findings.push(findingOf(severity, describe()))
    },
    judgement: () => ({ findings, counts }),
  }
}

/** A judgement that is one error, about the document as a whole unless it says more. */
export function oneError(parts: FindingParts): Judgement {
  const findings = createFindings()
  findings.add('error', () => parts)
  return findings.judgement()
}

function findingOf(
  severity: Severity,
  { path = '', property = null, schemaType = null, ...parts }: FindingParts,
) {
  return {
    ...parts,
    severity,
    message: truncate(parts.message, LIMITS.findingMessageCharactersMax),
    path: truncate(path, LIMITS.findingPathCharactersMax),
    property: short(property),
    schemaType: short(schemaType),
  }
}

function short(name: string | null): string | null {
  return name === null ? null : truncate(name, LIMITS.findingPathCharactersMax)
}
