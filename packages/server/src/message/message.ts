import { isBuiltInType } from '../catalogue/event-types.ts'
import { LIMITS } from '../core/limits.ts'
import { maskUrls } from '../core/masked-urls.ts'
import type { ChannelMessage, Draft, Fact } from './channel-message.ts'
import { customDraft } from './custom-type.ts'
import { lineOf } from './plain-text.ts'
import { builtInDraft } from './writers.ts'

/** The message about an event of `type` with this body. Total: a body of any shape makes one. */
export function messageOf(type: string, body: Buffer): ChannelMessage {
  const parsed = parse(body)
  if (!isBuiltInType(type)) return bounded(customDraft(type, parsed))
  return bounded(withoutCredentials(builtInDraft(type, parsed) ?? customDraft(type, parsed)))
}

/**
 * A message about a page or a webhook is read by everybody in the channel, and its URL may be a credential. An organization's
 * own types are left as they are: whoever puts a link into one wants it to be followed.
 */
function withoutCredentials({ about = '', text = '', facts = [], ...draft }: Draft): Draft {
  return {
    ...draft,
    about: maskUrls(about),
    text: maskUrls(text),
    facts: facts.map(([label, value]): Fact => [label, maskUrls(value)]),
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    return null
  }
}

const NAMELESS = '(no name)'

function bounded(draft: Draft): ChannelMessage {
  const {
    title,
    severity,
    about = '',
    text = '',
    facts = [],
    before = null,
    after = null,
    link = null,
  } = draft
  const value = (raw: string): string => lineOf(raw, LIMITS.messageValueCharactersMax)
  return {
    // A rule may be named with nothing that can be seen, and Slack takes no empty header.
    title: lineOf(title, LIMITS.messageTitleCharactersMax) || NAMELESS,
    severity,
    about: lineOf(about, LIMITS.messageAboutCharactersMax),
    text: value(text),
    facts: facts
      .map(([label, raw]): Fact => [lineOf(label, LIMITS.messageLabelCharactersMax) || NAMELESS, value(raw)])
      .filter(([, shown]) => shown !== '')
      .slice(0, LIMITS.messageFactsMax),
    before: before === null ? null : value(before),
    after: after === null ? null : value(after),
    link: linkOf(link),
  }
}

/** Nothing but a link that goes where it says: as the URL parser writes it, and to the web. */
function linkOf(text: string | null): string | null {
  const url = text === null ? null : URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return null
  return url.href.length <= LIMITS.messageLinkCharactersMax ? url.href : null
}
