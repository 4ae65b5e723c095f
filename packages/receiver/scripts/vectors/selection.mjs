import { NEXT_SECRET, RUN_BODY, SECRET } from './material.mjs'
import { accept, decoded, hex, refuse, standard, v1, vector } from './sign.mjs'

export function selectionVectors() {
  const key = decoded(SECRET)
  const next = decoded(NEXT_SECRET)
  const body = RUN_BODY
  const test = JSON.stringify({
    event: 'webhook.test',
    timestamp: '2025-10-09T08:53:20Z',
    data: { message: 'Hello' },
  })
  const validibot = { 'X-Validibot-Signature': hex(SECRET, body) }
  const forged = { 'X-Validibot-Signature': hex(NEXT_SECRET, body) }
  const both = { 'X-Validibot-Signature': hex(SECRET, test), 'X-SVS-Signature': hex(SECRET, test) }
  const rotating = `${v1(key, body)} ${v1(next, body)}`
  const make = (name, secrets, sent, headers, expect, more) =>
    vector(`selection: ${name}`, secrets, sent, headers, expect, more)
  const only = (...schemes) => ({ schemes })
  return [
    make(
      'Standard Webhooks decides where it is there',
      [SECRET],
      body,
      standard(v1(key, body), validibot),
      accept('v1'),
    ),
    make(
      'a wrong legacy header beside it does no harm',
      [SECRET],
      body,
      standard(v1(key, body), forged),
      accept('v1'),
    ),
    make(
      'a right legacy header beside a wrong one does not help',
      [SECRET],
      body,
      standard(v1(next, body), validibot),
      refuse('id_or_timestamp_changed'),
    ),
    make(
      'a right legacy header does not excuse an old timestamp',
      [SECRET],
      body,
      standard(v1(key, body, 'evt_1', 1), { timestamp: '1', ...validibot }),
      refuse('timestamp_too_old'),
    ),
    make('the legacy header decides where it is alone', [SECRET], body, validibot, accept('validibot')),
    make(
      'id and timestamp without webhook-signature change nothing',
      [SECRET],
      body,
      { 'webhook-id': 'evt_1', 'webhook-timestamp': '1', ...validibot },
      accept('validibot'),
    ),
    make(
      'a webhook-signature of an unknown version leaves it to the legacy header',
      [SECRET],
      body,
      standard('v9,abc', validibot),
      accept('validibot'),
    ),
    make(
      '`schemes` asks for the legacy header',
      [SECRET],
      body,
      standard(v1(next, body), validibot),
      accept('validibot'),
      only('validibot'),
    ),
    make(
      '`schemes` refuses the legacy header',
      [SECRET],
      body,
      validibot,
      refuse('scheme_not_accepted'),
      only('v1'),
    ),
    make(
      '`schemes` takes either legacy header',
      [SECRET],
      test,
      { 'X-SVS-Signature': hex(SECRET, test) },
      accept('svs'),
      only('validibot', 'svs'),
    ),
    make('webhook.test has both legacy headers', [SECRET], test, both, accept('validibot')),
    make(
      'webhook.test, one legacy header right',
      [SECRET],
      test,
      { ...both, 'X-Validibot-Signature': hex(NEXT_SECRET, test) },
      accept('svs'),
    ),
    make(
      'rotation: the receiver has the old secret',
      [SECRET],
      body,
      standard(rotating, validibot),
      accept('v1'),
    ),
    make(
      'rotation: the receiver has the new secret',
      [NEXT_SECRET],
      body,
      standard(rotating, validibot),
      accept('v1'),
    ),
    make(
      'rotation: legacy only, the old secret',
      [SECRET],
      body,
      standard(rotating, validibot),
      accept('validibot'),
      only('validibot'),
    ),
    make(
      'rotation: legacy only, the new secret',
      [NEXT_SECRET],
      body,
      standard(rotating, validibot),
      refuse('wrong_secret'),
      only('validibot'),
    ),
    make(
      'rotation: legacy only, both secrets',
      [NEXT_SECRET, SECRET],
      body,
      standard(rotating, validibot),
      accept('validibot'),
      only('validibot'),
    ),
    make('an unknown scheme', [SECRET], body, validibot, refuse('invalid_options'), only('md5')),
    make('a scheme without its key', [SECRET], body, validibot, refuse('invalid_options'), only('v1a')),
    make(
      'the same legacy header twice',
      [SECRET],
      body,
      {
        'X-Validibot-Signature': `${validibot['X-Validibot-Signature']}, ${validibot['X-Validibot-Signature']}`,
      },
      refuse('malformed_signature'),
    ),
  ]
}
