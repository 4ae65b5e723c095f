import { gradedTitle, headline, type ChannelMessage } from '../../message/channel-message.ts'

/**
 * What a Slack incoming webhook takes (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks), as do Mattermost
 * and Rocket.Chat: `text` for notifications and for programs that know no blocks.
 */
export interface SlackBody {
  text: string
  blocks: object[]
  /** Nobody is to fetch the pages that a message names. */
  unfurl_links: false
  unfurl_media: false
}

const TITLE_CHARACTERS_MAX = 150
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

export function slackBody(message: ChannelMessage): SlackBody {
  const title = gradedTitle(message)
  return {
    text: escaped([headline(title, message), message.text].filter((line) => line !== '').join('\n')),
    blocks: [
      header(title),
      ...(message.text === '' ? [] : [section(escaped(message.text))]),
      ...fieldBlocks(message),
      ...(message.link === null ? [] : [section(`<${linkTarget(message.link)}|Open the run>`)]),
    ],
    unfurl_links: false,
    unfurl_media: false,
  }
}

function header(title: string): object {
  // `emoji: false`, so that `:boom:` in a page's headline stays what it is.
  return {
    type: 'header',
    text: { type: 'plain_text', text: escapedWithin(title, TITLE_CHARACTERS_MAX), emoji: false },
  }
}

function section(text: string): object {
  return { type: 'section', text: mrkdwn(text) }
}

function fieldBlocks({ facts, before, after }: ChannelMessage): object[] {
  const blocks: object[] = []
  if (facts.length > 0) blocks.push(fieldBlock(facts))
  const change = [
    ...(before === null ? [] : [['Before', before] as const]),
    ...(after === null ? [] : [['After', after] as const]),
  ]
  if (change.length > 0) blocks.push(fieldBlock(change))
  return blocks
}

function fieldBlock(facts: readonly (readonly [string, string])[]): object {
  return {
    type: 'section',
    fields: facts.map(([label, value]) => mrkdwn(`*${escaped(label)}*\n${escaped(value)}`)),
  }
}

/** `verbatim`: Slack makes no links and no mentions of what only looks like some. */
function mrkdwn(text: string): object {
  return { type: 'mrkdwn', text, verbatim: true }
}

/**
 * A stranger's text. `&`, `<` and `>` begin everything that Slack would act on, `<!channel>` first of all
 * (https://docs.slack.dev/messaging/formatting-message-text#escaping). Its relatives also call people by a bare `@all`,
 * which a word joiner (U+2060) breaks without being seen; an address such as a@example.com is none.
 */
function escaped(text: string): string {
  return text
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? '')
    .replace(/(?<!\w)@(?=\w)/g, '@\u2060')
}

/** As much of the text as leaves no more than so many characters when it is escaped. */
function escapedWithin(text: string, charactersMax: number): string {
  const characters = Array.from(text)
  while (escaped(characters.join('')).length > charactersMax) characters.pop()
  return escaped(characters.join(''))
}

/** The bar ends a link's address, and the rest would end the link. */
function linkTarget(url: string): string {
  return url.replaceAll('&', '&amp;').replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E')
}
