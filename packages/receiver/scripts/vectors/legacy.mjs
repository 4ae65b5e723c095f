import { Buffer } from 'node:buffer'
import {
  BROKEN_UTF8,
  NEXT_SECRET,
  PLAIN_SECRET,
  SECRET,
  UNDECODABLE_SECRET,
  UNICODE_SECRET,
} from './material.mjs'
import { accept, decoded, hex, pythonStyle, refuse, vector } from './sign.mjs'

export function legacyVectors(scheme, header, value, body) {
  const make = (name, secrets, sent, signature, expect, more) =>
    vector(`${scheme}: ${name}`, secrets, sent, { [header]: signature }, expect, more)
  const right = hex(SECRET, body)
  const empty = ''
  return [
    make('a signature over the raw body', [SECRET], body, right, accept(scheme)),
    make(
      'a whsec_ secret is used literally, prefix and all',
      [SECRET],
      body,
      hex(decoded(SECRET), body),
      refuse('wrong_secret_or_body_changed'),
    ),
    make('a passphrase', [PLAIN_SECRET], body, hex(PLAIN_SECRET, body), accept(scheme)),
    make(
      'a secret beyond ASCII, as UTF-8',
      [UNICODE_SECRET],
      body,
      hex(UNICODE_SECRET, body),
      accept(scheme),
    ),
    make(
      'a whsec_ secret that is not base64',
      [UNDECODABLE_SECRET],
      body,
      hex(UNDECODABLE_SECRET, body),
      accept(scheme),
    ),
    make('the second of two secrets', [NEXT_SECRET, SECRET], body, right, accept(scheme)),
    make('another secret', [NEXT_SECRET], body, right, refuse('wrong_secret_or_body_changed')),
    make('a secret with a line feed at its end', [`${SECRET}\n`], body, right, refuse('wrong_secret')),
    make('a secret in quotation marks', [`"${SECRET}"`], body, right, refuse('wrong_secret')),
    make('a secret copied without whsec_', [SECRET.slice(6)], body, right, refuse('wrong_secret')),
    make(
      'one letter of the body changed',
      [SECRET],
      body.replace('2025', '2026'),
      right,
      refuse('wrong_secret_or_body_changed'),
    ),
    make(
      'indented after parsing',
      [SECRET],
      JSON.stringify(value, null, 2),
      right,
      refuse('body_reserialized'),
    ),
    make(
      'made compact after parsing',
      [SECRET],
      body,
      hex(SECRET, pythonStyle(value)),
      refuse('body_reserialized'),
    ),
    make('a line feed added at the end', [SECRET], `${body}\n`, right, refuse('body_reserialized')),
    make('no prefix', [SECRET], body, right.slice(7), refuse('malformed_signature')),
    make(
      'upper-case hex',
      [SECRET],
      body,
      `sha256=${right.slice(7).toUpperCase()}`,
      refuse('malformed_signature'),
    ),
    make('one digit short', [SECRET], body, right.slice(0, -1), refuse('malformed_signature')),
    make('one digit more', [SECRET], body, `${right}0`, refuse('malformed_signature')),
    make(
      'a letter that is no hex digit',
      [SECRET],
      body,
      `${right.slice(0, -1)}g`,
      refuse('malformed_signature'),
    ),
    make(
      'base64 where hex belongs',
      [SECRET],
      body,
      `sha256=${Buffer.from(right.slice(7), 'hex').toString('base64')}`,
      refuse('malformed_signature'),
    ),
    make('an empty body, rightly signed', [SECRET], empty, hex(SECRET, empty), refuse('malformed_body')),
    make(
      'not JSON, rightly signed',
      [SECRET],
      'event=run.completed',
      hex(SECRET, 'event=run.completed'),
      refuse('malformed_body'),
    ),
    make(
      'a JSON list, rightly signed',
      [SECRET],
      '["run.completed"]',
      hex(SECRET, '["run.completed"]'),
      refuse('malformed_body'),
    ),
    make(
      'no event and no type, rightly signed',
      [SECRET],
      '{"test":true}',
      hex(SECRET, '{"test":true}'),
      refuse('malformed_body'),
    ),
    make(
      'broken UTF-8, rightly signed',
      [SECRET],
      BROKEN_UTF8,
      hex(SECRET, BROKEN_UTF8),
      refuse('malformed_body'),
    ),
    make('no secret', [], body, right, refuse('invalid_options')),
    make('an empty secret, signed with nothing', [''], body, hex('', body), refuse('invalid_options')),
    vector(`${scheme}: no header`, [SECRET], body, {}, refuse('no_signature')),
    vector(
      `${scheme}: header name in lower case`,
      [SECRET],
      body,
      { [header.toLowerCase()]: right },
      accept(scheme),
    ),
    vector(
      `${scheme}: content-length tells of a cut body`,
      [SECRET],
      body.slice(0, -9),
      { [header]: right, 'Content-Length': String(Buffer.byteLength(body)) },
      refuse('body_changed'),
    ),
  ]
}
