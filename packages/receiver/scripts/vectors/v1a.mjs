import { Buffer } from 'node:buffer'
import {
  CUSTOM,
  CUSTOM_BODY,
  NEXT_SECRET,
  NOW,
  OTHER_PUBLIC_KEY,
  PRIVATE_SEED,
  PUBLIC_KEY,
  SECRET,
  VALIDATION_BODY,
} from './material.mjs'
import { accept, decoded, refuse, standard, v1, v1a, vector } from './sign.mjs'

export function v1aVectors() {
  const body = CUSTOM_BODY
  const right = v1a(body)
  const keys = { public_keys: [PUBLIC_KEY] }
  const make = (name, sent, headers, expect, more = keys, secrets = []) =>
    vector(`v1a: ${name}`, secrets, sent, headers, expect, more)
  return [
    make('a custom event', body, standard(right), accept('v1a')),
    make('a body beyond ASCII', VALIDATION_BODY, standard(v1a(VALIDATION_BODY)), accept('v1a')),
    make('the second of two public keys', body, standard(right), accept('v1a'), {
      public_keys: [OTHER_PUBLIC_KEY, PUBLIC_KEY],
    }),
    make('another public key', body, standard(right), refuse('wrong_secret_or_body_changed'), {
      public_keys: [OTHER_PUBLIC_KEY],
    }),
    make(
      'beside a v1 signature that nobody here can check',
      body,
      standard(`${v1(decoded(SECRET), body)} ${right}`),
      accept('v1a'),
    ),
    make(
      'v1 is tried first when both can be checked',
      body,
      standard(`${right} ${v1(decoded(SECRET), body)}`),
      accept('v1'),
      keys,
      [SECRET],
    ),
    make(
      'the secret is wrong, the public key right',
      body,
      standard(`${right} ${v1(decoded(SECRET), body)}`),
      accept('v1a'),
      keys,
      [NEXT_SECRET],
    ),
    make('only a secret to check it with', body, standard(right), refuse('scheme_not_accepted'), {}, [
      SECRET,
    ]),
    make('another id', body, standard(right, { id: 'evt_2' }), refuse('wrong_secret_or_body_changed')),
    make(
      'indented after parsing',
      JSON.stringify(CUSTOM, null, 2),
      standard(right),
      refuse('body_reserialized'),
    ),
    make(
      'old',
      body,
      standard(v1a(body, 'evt_1', NOW - 301), { timestamp: String(NOW - 301) }),
      refuse('timestamp_too_old'),
    ),
    make(
      'a signature of the length of v1',
      body,
      standard(v1(decoded(SECRET), body).replace('v1,', 'v1a,')),
      refuse('malformed_signature'),
    ),
    make(
      'all bits zero',
      body,
      standard(`v1a,${Buffer.alloc(64).toString('base64')}`),
      refuse('wrong_secret_or_body_changed'),
    ),
    make('a public key that is none', body, standard(right), refuse('invalid_options'), {
      public_keys: ['whpk_AAAA'],
    }),
    make('a private key for a public one', body, standard(right), refuse('invalid_options'), {
      public_keys: [`whsk_${PRIVATE_SEED.toString('base64')}`],
    }),
  ]
}
