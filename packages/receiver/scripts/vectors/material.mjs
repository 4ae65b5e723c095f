// Test keys only: none of them has ever signed anything else.
import { Buffer } from 'node:buffer'

export const NOW = 1_760_000_000
export const SECRET = 'whsec_dGVzdC1rZXktb25seS1ub3QtYS1yZWFsLXNlY3JldCE='
export const NEXT_SECRET = 'whsec_bmV4dC10ZXN0LWtleS1vbmx5LW5vdC1hLXNlY3JldCE='
export const PLAIN_SECRET = 'test-only passphrase'
// The seed example's own form: `whsec_` and then something that is not base64.
export const UNDECODABLE_SECRET = 'whsec_1a2b3c4d5e6f...'
export const UNICODE_SECRET = 'pässwörd-🔑-test'
// Published with the reference vector of Svix, whose signature is checked in the tests.
export const PRIVATE_SEED = Buffer.from('6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=', 'base64')
export const PUBLIC_KEY = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4='
export const OTHER_PUBLIC_KEY = 'whpk_MCr18rrDYuTQuYu6/dAjV5XfcQq06/y4hj1V7FcQt1U='

export const RUN = {
  event: 'run.completed',
  timestamp: '2025-10-09T08:53:20Z',
  organization: { slug: 'acme', name: 'Acme' },
  workflow: { id: 7, slug: 'catalogue', name: 'Catalogue' },
  run: {
    id: '0199c7a1-5c00-7000-8000-000000000001',
    status: 'SUCCEEDED',
    result: 'PASS',
    started_at: '2025-10-09T08:53:15Z',
    ended_at: '2025-10-09T08:53:20Z',
    duration_ms: 5000,
    url: 'https://sealpost.example/orgs/acme/runs/0199c7a1-5c00-7000-8000-000000000001/',
  },
  summary: { total_findings: 3, error_count: 0, warning_count: 2, info_count: 1 },
}
export const VALIDATION = {
  event: 'validation.failed',
  timestamp: '2025-10-09T08:53:20Z',
  data: {
    validation_id: 'val_0199c7a15c0070008000000000000002',
    url: 'https://shop.example/größe?q=<b>&x=1',
    project_id: 'proj_default',
    status: 'invalid',
    schema_type: 'Article',
    errors: [{ property: 'headline', message: 'Propriété manquante 🚫' }],
  },
}
export const CUSTOM = {
  type: 'order.shipped',
  timestamp: '2025-10-09T08:53:20Z',
  data: { order: 'A-1', note: '日本語' },
}

export const RUN_BODY = JSON.stringify(RUN)
export const VALIDATION_BODY = JSON.stringify(VALIDATION)
export const CUSTOM_BODY = JSON.stringify(CUSTOM)
export const BROKEN_UTF8 = Buffer.concat([
  Buffer.from('{"event":"run.failed","x":"'),
  Buffer.from([0xff, 0xfe]),
  Buffer.from('"}'),
])
