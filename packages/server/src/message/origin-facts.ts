import type { Fact } from './channel-message.ts'

/** Which subject, and which workflow judged it. */
export function originFacts(data: { url: string; workflow?: { name: string } | undefined }): Fact[] {
  return [
    ['Subject', data.url],
    ['Workflow', data.workflow?.name ?? ''],
  ]
}

export function numberFact(label: string, value: number | null | undefined): Fact[] {
  return typeof value === 'number' ? [[label, String(value)]] : []
}
