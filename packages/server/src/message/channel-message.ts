import type { AlertSeverity } from '../core/alert.ts'

export type Fact = readonly [label: string, value: string]

/** What a channel tells people about one event. Every text is one clean line of bounded length. */
export interface ChannelMessage {
  title: string
  severity: AlertSeverity
  /** The page, file or webhook; '' where the title says it all. */
  about: string
  /** A sentence; '' where the title says it all. */
  text: string
  facts: readonly Fact[]
  /** What changed; null where nothing is compared. */
  before: string | null
  after: string | null
  /** http or https, and pure ASCII; null where there is nothing to look at. */
  link: string | null
}

const SEVERITY_WORDS = { info: '', warning: 'Warning: ', critical: 'Critical: ' } as const

/** The title behind a word for how grave it is. */
export function gradedTitle({ title, severity }: Pick<ChannelMessage, 'title' | 'severity'>): string {
  return SEVERITY_WORDS[severity] + title
}

/** The title with what the message is about, for where a line has to do: dozens of pages may lose their headline in one day. */
export function headline(title: string, { about }: Pick<ChannelMessage, 'about'>): string {
  return about === '' ? title : `${title} (${about})`
}

/** A message before its texts are cleaned and cut; what is left out is empty. */
export type Draft = Pick<ChannelMessage, 'title' | 'severity'> & Partial<ChannelMessage>
