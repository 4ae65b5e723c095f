import { describe, expect, it } from 'vitest'
import { createV1aSigner, verify } from '../src/index.ts'

// The vector that Svix publishes for its server, in which the scheme was first used. ed25519 signatures are deterministic,
// so an equal signature proves key format, signed content and encoding at once.
const REFERENCE = {
  privateKey: 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==',
  publicKey: 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1614265330,
  body: '{"test": 2432232314}',
  signature: 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
}

describe('the published v1a vector', () => {
  it('is what we sign', () => {
    const { privateKey, id, timestamp, body, signature } = REFERENCE
    expect(createV1aSigner(privateKey)(id, timestamp, Buffer.from(body))).toBe(signature)
  })

  it('is verified, though its body names no event', () => {
    const { publicKey, id, timestamp, body, signature } = REFERENCE
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature,
    }
    const result = verify({ body, headers }, { publicKey, now: () => timestamp })
    expect(result).toMatchObject({ ok: false, reason: 'malformed_body' })
  })
})
