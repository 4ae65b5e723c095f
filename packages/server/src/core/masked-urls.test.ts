import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { credentialsIn, maskUrls } from './masked-urls.ts'

describe('hides', () => {
  it.each([
    ['https://user:pass@example.com/a', 'https://…@example.com/a'],
    ['https://user@example.com', 'https://…@example.com'],
    ['smtp://user:p%40ss@mail.example.com:587', 'smtp://…@mail.example.com:587'],
    ['https://example.com/a?token=abc&x=1', 'https://example.com/a?token=…&x=1'],
    ['https://example.com/a?x=1&api_key=abc#top', 'https://example.com/a?x=1&api_key=…#top'],
    ['https://example.com/?verifyToken=abc', 'https://example.com/?verifyToken=…'],
    ['https://example.com/?hub.verify_token=abc', 'https://example.com/?hub.verify_token=…'],
    ['https://example.com/?user[password]=abc', 'https://example.com/?user[password]=…'],
    ['https://example.com/?%74oken=abc', 'https://example.com/?%74oken=…'],
    ['https://example.com/?a=1&amp;secret=abc', 'https://example.com/?a=1&amp;secret=…'],
    ['https://example.com/?code=abc==', 'https://example.com/?code=…'],
    [
      'https://prod.logic.azure.com/workflows/1/run?sp=%2Frun&sig=abc',
      'https://prod.logic.azure.com/workflows/1/run?sp=%2Frun&sig=…',
    ],
    [
      'https://bucket.example.com/a?X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-Expires=9',
      'https://bucket.example.com/a?X-Amz-Credential=…&X-Amz-Signature=…&X-Amz-Expires=9',
    ],
    ['https://example.com/cb#access_token=abc&state=1', 'https://example.com/cb#access_token=…&state=1'],
    ['https://example.com/?t=eyJhbGciOi.eyJzdWIi.abc-_', 'https://example.com/?t=…'],
    [
      'https://example.com/?to=https%3A%2F%2Fb.example%2F%3Ftoken%3Dabc&x=1',
      'https://example.com/?to=https%3A%2F%2Fb.example%2F%3Ftoken%3D…&x=1',
    ],
    ['/hook?x=1&token=abc', '/hook?x=1&token=…'],
    ['Your server redirects to /hooks/Xk29fQzL07pWvB3m/ (301).', 'Your server redirects to /hooks/…/ (301).'],
    ['{"path":"/services/T0/B0/Xk29fQzL07pWvB3mTn51"}', '{"path":"/services/T0/B0/…"}'],
    [
      String.raw`{"path":"\/services\/T0\/Xk29fQzL07pWvB3mTn51?a=1"}`,
      String.raw`{"path":"\/services\/T0\/…?a=1"}`,
    ],
    ['https://hooks.slack.com/services/T012/B012/abcDEF', 'https://hooks.slack.com/services/…/…/…'],
    ['https://discord.com/api/webhooks/123/abc-DEF', 'https://discord.com/api/webhooks/123/…'],
    [
      'https://acme.webhook.office.com/webhookb2/1@2/IncomingWebhook/3/4',
      'https://acme.webhook.office.com/webhookb2/…/…/…/…',
    ],
    ['https://hooks.zapier.com/hooks/catch/12345/abcde/', 'https://hooks.zapier.com/hooks/catch/…/…/'],
    ['https://hook.eu1.make.com/abcdef', 'https://hook.eu1.make.com/…'],
    [
      'https://maker.ifttt.com/trigger/saved/with/key/abc',
      'https://maker.ifttt.com/trigger/saved/with/key/…',
    ],
    ['https://api.telegram.org/bot123:abc/sendMessage', 'https://api.telegram.org/…/…'],
    ['https://chat.example.com/hooks/4xp9fdt77pncbef59f4k1qe83o', 'https://chat.example.com/hooks/…'],
    [
      'https://n8n.example.com/webhook/3f2b7c1e-1111-4222-8333-444455556666',
      'https://n8n.example.com/webhook/…',
    ],
    ['https://example.com/in/Zk3JpQ8sVw1LmN4tXy7B', 'https://example.com/in/…'],
    ['https://example.com/in/d41d8cd98f00b204e9800998ecf8427e', 'https://example.com/in/…'],
    [
      String.raw`{"to":"https:\/\/hooks.slack.com\/services\/T0\/B0\/abc"}`,
      String.raw`{"to":"https:\/\/hooks.slack.com\/services\/…\/…\/…"}`,
    ],
    [
      String.raw`{"to":"https://example.com/?a=1\u0026token=abc"}`,
      String.raw`{"to":"https://example.com/?a=1\u0026token=…"}`,
    ],
    [
      'See https://a.example/?key=1 and <https://b.example/?key=2>.',
      'See https://a.example/?key=… and <https://b.example/?key=…>.',
    ],
  ])('%s', (text, masked) => {
    expect(maskUrls(text)).toBe(masked)
    expect(maskUrls(masked)).toBe(masked)
  })
})

describe('leaves', () => {
  it.each([
    'https://example.com/',
    'https://example.com:8443/orders/2024/webhooks/validgraph-2?page=2&sort=key&keyboard=1#top',
    'https://sealpost.example.com/orgs/default/runs/0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b/',
    'https://shop.example.com/Lampe-mit-Schirm-2024-in-Rot-und-Blau',
    'https://shop.example.com/p/4006381333931',
    'http://[::1]:3000/a@b',
    'mailto:oncall@example.com',
    'At /itemListElement/0/item: wrong (see /docs/errors.md, line 3)',
    'No connection within 10 s; x = y, a&b.',
    '',
  ])('%s', (text) => {
    expect(maskUrls(text)).toBe(text)
  })
})

it('tells what it hides of one URL', () => {
  expect(credentialsIn('https://user:pass@example.com/hooks/in?token=abc&x=1')).toEqual([
    'user',
    'pass',
    'abc',
  ])
  expect(credentialsIn('https://hooks.slack.com/services/T0/B0/abc')).toEqual(['T0', 'B0', 'abc'])
  expect(credentialsIn('https://example.com/?token=a%20b%2Fc')).toEqual(['a%20b%2Fc', 'a b/c'])
  expect(credentialsIn('https://example.com/hook')).toEqual([])
})

it('keeps a line of JSON one, whatever is in it', () => {
  const word = fc.constantFrom(
    'https://',
    'https:\\/\\/',
    '?token=',
    '&key=',
    '\\',
    '"',
    '/',
    'a1',
    'hooks',
    '@',
    '%3a%2f%2f',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const line = JSON.stringify({ value: words.join(''), other: 1 })
      const masked = JSON.parse(maskUrls(line)) as { other: number }
      expect(masked.other).toBe(1)
    }),
  )
})

it.each(['a.', 'https://a/', '?a=', '/a', 'https:\\/', '%3a%2f%2f&x=', '&a'])(
  'takes a megabyte of %s in its stride',
  (part) => {
    const text = `https://example.com/?x=${part.repeat(1_000_000 / part.length)}`
    expect(maskUrls(text).length).toBeGreaterThan(0)
  },
)
