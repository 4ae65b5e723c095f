// Time, missing and malformed headers, malformed signatures.
import { Buffer } from 'node:buffer'
import { CUSTOM_BODY, NOW, SECRET } from './material.mjs'
import { accept, decoded, refuse, standard, v1, vector } from './sign.mjs'

const key = decoded(SECRET)
const body = CUSTOM_BODY
const right = v1(key, body)

const make = (name, secrets, sent, headers, expect, more) =>
  vector(`v1: ${name}`, secrets, sent, headers, expect, more)
const at = (time) => standard(v1(key, body, 'evt_1', time), { timestamp: String(time) })
const form = refuse('malformed_signature')
const header = refuse('malformed_header')

export function timeVectors() {
  return [
    make('five minutes old is just in time', [SECRET], body, at(NOW - 300), accept('v1')),
    make('five minutes and a second old', [SECRET], body, at(NOW - 301), refuse('timestamp_too_old')),
    make('five minutes ahead is just in time', [SECRET], body, at(NOW + 300), accept('v1')),
    make('five minutes and a second ahead', [SECRET], body, at(NOW + 301), refuse('timestamp_too_new')),
    make('a wider tolerance', [SECRET], body, at(NOW - 3600), accept('v1'), { tolerance_seconds: 3600 }),
    make('no tolerance, the very second', [SECRET], body, at(NOW), accept('v1'), { tolerance_seconds: 0 }),
    make('no tolerance, a second old', [SECRET], body, at(NOW - 1), refuse('timestamp_too_old'), {
      tolerance_seconds: 0,
    }),
    make('the beginning of time', [SECRET], body, at(0), refuse('timestamp_too_old')),
    make('milliseconds for seconds', [SECRET], body, at(NOW * 1000), refuse('timestamp_too_new')),
    make('the longest timestamp', [SECRET], body, at(999_999_999_999_999), refuse('timestamp_too_new')),
  ]
}

export function headerVectors() {
  return [
    make(
      'a timestamp of 16 digits',
      [SECRET],
      body,
      standard(right, { timestamp: '1000000000000000' }),
      header,
    ),
    make('a negative timestamp', [SECRET], body, standard(right, { timestamp: '-1' }), header),
    make('a fractional timestamp', [SECRET], body, standard(right, { timestamp: `${NOW}.5` }), header),
    make(
      'a date for a timestamp',
      [SECRET],
      body,
      standard(right, { timestamp: '2025-10-09T08:53:20Z' }),
      header,
    ),
    make(
      'a timestamp with letters after it',
      [SECRET],
      body,
      standard(right, { timestamp: `${NOW}s` }),
      header,
    ),
    make('no timestamp', [SECRET], body, { 'webhook-id': 'evt_1', 'webhook-signature': right }, header),
    make('no id', [SECRET], body, { 'webhook-timestamp': String(NOW), 'webhook-signature': right }, header),
    make(
      'no signature',
      [SECRET],
      body,
      { 'webhook-id': 'evt_1', 'webhook-timestamp': String(NOW) },
      refuse('no_signature'),
    ),
    make(
      'header names in title case',
      [SECRET],
      body,
      { 'Webhook-Id': 'evt_1', 'Webhook-Timestamp': String(NOW), 'Webhook-Signature': right },
      accept('v1'),
    ),
  ]
}

export function formVectors() {
  return [
    make('a signature without version', [SECRET], body, standard(right.slice(3)), form),
    make('a signature cut short', [SECRET], body, standard(right.slice(0, -2)), form),
    make('a signature without its padding', [SECRET], body, standard(right.slice(0, -1)), form),
    make('an empty signature', [SECRET], body, standard('v1,'), form),
    make(
      'hex where base64 belongs',
      [SECRET],
      body,
      standard(`v1,${Buffer.from(right.slice(3), 'base64').toString('hex')}`),
      form,
    ),
  ]
}
