import type { Submission } from '../../core/run.ts'
import type { JudgedDocument } from './validator.ts'

/** What a validator is handed of a submission; nothing has been found before its first step. */
export function documentOf({ content, metadata, ...labels }: Submission): JudgedDocument {
  const metadataText = JSON.stringify(metadata)
  return { ...labels, metadataText, content: content ?? new Uint8Array(), before: null }
}
