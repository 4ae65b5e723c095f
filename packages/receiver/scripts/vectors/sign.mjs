import { Buffer } from 'node:buffer'
import { createHmac, createPrivateKey, sign } from 'node:crypto'
import { NOW, PRIVATE_SEED } from './material.mjs'

export const hex = (secret, body) =>
  `sha256=${createHmac('sha256', Buffer.from(secret)).update(body).digest('hex')}`
export const decoded = (secret) => Buffer.from(secret.slice('whsec_'.length), 'base64')
const signedContent = (id, time, body) => Buffer.concat([Buffer.from(`${id}.${time}.`), Buffer.from(body)])
export const v1 = (key, body, id = 'evt_1', time = NOW) =>
  `v1,${createHmac('sha256', key)
    .update(signedContent(id, time, body))
    .digest('base64')}`
const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), PRIVATE_SEED]),
  format: 'der',
  type: 'pkcs8',
})
export const v1a = (body, id = 'evt_1', time = NOW) =>
  `v1a,${sign(null, signedContent(id, time, body), privateKey).toString('base64')}`

export const pythonStyle = (value) =>
  JSON.stringify(value, null, 1)
    .replaceAll(/,\n */g, ', ')
    .replaceAll(/\n */g, '')
    .replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

export const accept = (scheme) => ({ ok: true, scheme })
export const refuse = (reason) => ({ ok: false, reason })

export function vector(name, secrets, body, headers, expect, more = {}) {
  const carried = typeof body === 'string' ? { body } : { body_base64: body.toString('base64') }
  return { name, secrets, ...carried, headers, now: NOW, ...more, expect }
}

export function standard(signature, { id = 'evt_1', timestamp = String(NOW), ...more } = {}) {
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature, ...more }
}
