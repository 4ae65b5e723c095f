import { SCHEMES } from '@sealpost/receiver'
import type { z } from 'zod'
import type { Carrier } from '../carriers/carrier.ts'
import { CARRIERS } from '../carriers/index.ts'
import { isChannel } from '../core/webhook.ts'
import { STANDARD_NAMES } from '../sign/schemes.ts'

/** docs/reference/carriers.md: what carries events, and what signs them, made by `npm run docs`. */
export function renderCarriersPage(): string {
  return `# Carriers and signature schemes

<!-- Generated from packages/server/src/carriers/ and packages/receiver/src/schemes/ by \`npm run docs\`; change it there. -->

## Carriers

A carrier brings events to their subscribers. Webhooks have the carrier \`webhook\` and are made at \`/api/v1/webhooks\`. Every
other carrier makes a channel, at \`/api/v1/channels\`.

${CARRIERS.map(renderCarrier).join('\n\n')}

## Signature schemes

A webhook's \`signatures\` names the schemes whose signatures are in \`webhook-signature\`. The others come with the dialect of an
event. [The receiver package](../../packages/receiver/README.md) verifies all of them.

| scheme | header | how it signs | chosen by |
| --- | --- | --- | --- |
${SCHEMES.map(renderScheme).join('\n')}
`
}

function renderCarrier({ name, phrase, description, target }: Carrier): string {
  const fields = Object.entries(target.fields).map(
    ([field, schema]) => `| \`${field}\` | ${(schema as z.ZodType).description ?? ''} |`,
  )
  const sealed = target.sealed === null ? '' : ' Its target is sealed in the database and never shown again.'
  const request = isChannel({ carrier: name })
    ? { carrier: name, name: 'On call', ...target.example }
    : target.example
  return `### \`${name}\`

Delivers events ${phrase}. ${description}${sealed}

| field | meaning |
| --- | --- |
${fields.join('\n')}

\`\`\`json
${JSON.stringify(request, null, 2)}
\`\`\``
}

function renderScheme({ name, header, summary }: (typeof SCHEMES)[number]): string {
  const isChosen = (STANDARD_NAMES as readonly string[]).includes(name)
  return `| \`${name}\` | \`${header}\` | ${summary} | ${isChosen ? 'the webhook' : 'the event’s dialect'} |`
}
