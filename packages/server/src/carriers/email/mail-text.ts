import { htmlText } from '../../core/html-text.ts'
import { gradedTitle, headline, type ChannelMessage } from '../../message/channel-message.ts'

export interface MailText {
  /** One line. */
  subject: string
  text: string
  html: string
}

export function mailText(message: ChannelMessage): MailText {
  const title = gradedTitle(message)
  return {
    subject: `[Sealpost] ${headline(title, message)}`,
    text: plain(title, message),
    html: html(title, message),
  }
}

/** What changed stands last, since it is what the reader came for and the facts say where. */
function rowsOf({ facts, before, after }: ChannelMessage): (readonly [string, string])[] {
  return [
    ...facts,
    ...(before === null ? [] : [['Before', before] as const]),
    ...(after === null ? [] : [['After', after] as const]),
  ]
}

function plain(title: string, message: ChannelMessage): string {
  const rows = rowsOf(message).map(([label, value]) => `${label}: ${value}`)
  const parts = [title, message.text, rows.join('\n'), message.link ?? '']
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function html(title: string, message: ChannelMessage): string {
  const { text, link } = message
  const rows = rowsOf(message).map(
    ([label, value]) =>
      `<tr><th align="left" valign="top" style="padding:2px 12px 2px 0">${htmlText(label)}</th><td>${htmlText(value)}</td></tr>`,
  )
  const parts = [
    `<h1 style="font-size:18px">${htmlText(title)}</h1>`,
    text === '' ? '' : `<p>${htmlText(text)}</p>`,
    rows.length === 0 ? '' : `<table style="border-collapse:collapse">${rows.join('')}</table>`,
    link === null ? '' : `<p><a href="${htmlText(link)}">Open the run</a></p>`,
  ]
  return `<!doctype html><html><body style="font-family:sans-serif;font-size:14px">${parts.join('')}</body></html>`
}
