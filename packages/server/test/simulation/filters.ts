import type { Event } from '../../src/core/event.ts'

/**
 * Filters that webhooks of a scenario may have. What CEL makes of such a text is another test's business; here counts that
 * each is judged, before the commit, by what it says.
 */
const FILTERS: Readonly<Record<string, (text: string) => boolean>> = {
  'data.text < "8"': (text) => text < '8',
  'data.text.endsWith("0")': (text) => text.endsWith('0'),
}

export const FILTER_TEXTS = Object.keys(FILTERS)

export function passes(filter: string, event: Event): boolean {
  const { data, text } = JSON.parse(event.body.toString()) as { data?: { text?: string }; text?: string }
  return FILTERS[filter]?.(data?.text ?? text ?? '') ?? false
}

export function passedFilters(event: Event): string[] {
  return FILTER_TEXTS.filter((filter) => passes(filter, event))
}
