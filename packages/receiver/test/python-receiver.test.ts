import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createHexSigner } from '../src/index.ts'
import { bodyOf, isRightlySigned, legacyCases } from './vectors.ts'

interface PythonCase {
  dialect: 'validibot' | 'validgraph'
  secret: string
  signature: string
  body_base64: string
}

const PYTHON = spawnSync('python3', ['--version'], { encoding: 'utf8' })
const RECEIVER = fileURLToPath(new URL('python_receiver.py', import.meta.url))

function askPython(cases: PythonCase[]): boolean[] {
  const { stdout, stderr, status } = spawnSync('python3', [RECEIVER], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`python_receiver.py failed: ${stderr}`)
  return JSON.parse(stdout) as boolean[]
}

// Skipped only where the machine has no Python 3: the Node receivers beside this file check the same vectors.
describe.skipIf(PYTHON.status !== 0)('Python receivers (skipped without python3 on the PATH)', () => {
  it('see every legacy vector as it says', () => {
    const cases = legacyCases().filter(
      ({ vector, dialect }) => dialect === 'validibot' || vector.body !== undefined,
    )
    const asked = cases.map(({ vector, ...rest }) => ({
      ...rest,
      body_base64: bodyOf(vector).toString('base64'),
    }))
    const answers = askPython(asked)
    const named = cases.map(({ vector }, index) => [vector.name, answers[index]])
    expect(named).toEqual(cases.map(({ vector }) => [vector.name, isRightlySigned(vector)]))
  })

  it('accept what our signer makes', () => {
    const bodies = ['', '{"event":"run.failed"}', '{"text":"größe 日本語 🔑"}', 'x'.repeat(100_000)]
    const secrets = ['whsec_dGVzdA==', 'test-only passphrase', 'pässwörd-🔑-test']
    const cases = bodies.flatMap((text) =>
      secrets.flatMap((secret) =>
        (['validibot', 'validgraph'] as const).map((dialect) => {
          const body = Buffer.from(text)
          return {
            dialect,
            secret,
            signature: createHexSigner(secret)(body),
            body_base64: body.toString('base64'),
          }
        }),
      ),
    )
    expect(askPython(cases)).toEqual(cases.map(() => true))
  })
})
