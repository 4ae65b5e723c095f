// Which key, which of several signatures, which content.
import { Buffer } from 'node:buffer'
import {
  BROKEN_UTF8,
  CUSTOM,
  CUSTOM_BODY,
  NEXT_SECRET,
  NOW,
  PLAIN_SECRET,
  RUN_BODY,
  SECRET,
  UNDECODABLE_SECRET,
  UNICODE_SECRET,
  VALIDATION_BODY,
} from './material.mjs'
import { accept, decoded, hex, pythonStyle, refuse, standard, v1, vector } from './sign.mjs'

const key = decoded(SECRET)
const body = CUSTOM_BODY
const right = v1(key, body)

const make = (name, secrets, sent, headers, expect, more) =>
  vector(`v1: ${name}`, secrets, sent, headers, expect, more)
const unpadded = SECRET.replace(/=+$/, '')

export function keyVectors() {
  return [
    make(
      'a whsec_ secret without its padding is the same key',
      [unpadded],
      body,
      standard(right),
      accept('v1'),
    ),
    make(
      'a whsec_ secret used literally',
      [SECRET],
      body,
      standard(v1(Buffer.from(SECRET), body)),
      refuse('wrong_secret_or_body_changed'),
    ),
    make(
      'a passphrase is used literally',
      [PLAIN_SECRET],
      body,
      standard(v1(Buffer.from(PLAIN_SECRET), body)),
      accept('v1'),
    ),
    make(
      'a secret beyond ASCII, as UTF-8',
      [UNICODE_SECRET],
      body,
      standard(v1(Buffer.from(UNICODE_SECRET), body)),
      accept('v1'),
    ),
    make(
      'base64 without whsec_ is used literally',
      [SECRET.slice(6)],
      body,
      standard(v1(Buffer.from(SECRET.slice(6)), body)),
      accept('v1'),
    ),
    make(
      'a whsec_ secret that does not decode is used literally',
      [UNDECODABLE_SECRET],
      body,
      standard(v1(Buffer.from(UNDECODABLE_SECRET), body)),
      accept('v1'),
    ),
    make(
      'whsec_ and base64url does not decode',
      ['whsec_-_-_-_-_'],
      body,
      standard(v1(Buffer.from('whsec_-_-_-_-_'), body)),
      accept('v1'),
    ),
    make(
      'whsec_ alone does not decode',
      ['whsec_'],
      body,
      standard(v1(Buffer.from('whsec_'), body)),
      accept('v1'),
    ),
    make('a secret copied without whsec_', [SECRET.slice(6)], body, standard(right), refuse('wrong_secret')),
    make('a secret with spaces around it', [` ${SECRET} `], body, standard(right), refuse('wrong_secret')),
    make('another secret', [NEXT_SECRET], body, standard(right), refuse('wrong_secret_or_body_changed')),
  ]
}

export function rotationVectors() {
  return [
    make(
      'rotation: both signatures, the old secret',
      [SECRET],
      body,
      standard(`${right} ${v1(decoded(NEXT_SECRET), body)}`),
      accept('v1'),
    ),
    make(
      'rotation: both signatures, the new secret',
      [NEXT_SECRET],
      body,
      standard(`${right} ${v1(decoded(NEXT_SECRET), body)}`),
      accept('v1'),
    ),
    make('rotation: one signature, both secrets', [NEXT_SECRET, SECRET], body, standard(right), accept('v1')),
    make(
      'an unknown version beside the right one',
      [SECRET],
      body,
      standard(`v9,abc ${right}`),
      accept('v1'),
    ),
    make('a malformed entry beside the right one', [SECRET], body, standard(`v1,abc ${right}`), accept('v1')),
    make(
      'two header lines joined with a comma',
      [SECRET],
      body,
      standard(`${v1(decoded(NEXT_SECRET), body)}, ${right}`),
      accept('v1'),
    ),
  ]
}

export function contentVectors() {
  return [
    make('a custom event', [SECRET], body, standard(right), accept('v1')),
    make('a validibot body', [SECRET], RUN_BODY, standard(v1(key, RUN_BODY)), accept('v1')),
    make(
      'a validgraph body beyond ASCII',
      [SECRET],
      VALIDATION_BODY,
      standard(v1(key, VALIDATION_BODY)),
      accept('v1'),
    ),
    make(
      'another id',
      [SECRET],
      body,
      standard(right, { id: 'evt_2' }),
      refuse('wrong_secret_or_body_changed'),
    ),
    make(
      'another timestamp',
      [SECRET],
      body,
      standard(right, { timestamp: String(NOW + 1) }),
      refuse('wrong_secret_or_body_changed'),
    ),
    make(
      'another id, while the legacy header proves body and secret',
      [SECRET],
      RUN_BODY,
      standard(v1(key, RUN_BODY), { id: 'evt_2', 'X-Validibot-Signature': hex(SECRET, RUN_BODY) }),
      refuse('id_or_timestamp_changed'),
    ),
    make(
      'a replay under a new timestamp',
      [SECRET],
      RUN_BODY,
      standard(v1(key, RUN_BODY, 'evt_1', NOW - 9999), { 'X-Validibot-Signature': hex(SECRET, RUN_BODY) }),
      refuse('id_or_timestamp_changed'),
    ),
    make(
      'made compact after parsing',
      [SECRET],
      body,
      standard(v1(key, pythonStyle(CUSTOM))),
      refuse('body_reserialized'),
    ),
    make('an empty body, rightly signed', [SECRET], '', standard(v1(key, '')), refuse('malformed_body')),
    make(
      'broken UTF-8, rightly signed',
      [SECRET],
      BROKEN_UTF8,
      standard(v1(key, BROKEN_UTF8)),
      refuse('malformed_body'),
    ),
  ]
}
