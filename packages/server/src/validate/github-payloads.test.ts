import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { documentSubmission } from '../core/run.ts'
import { compile } from './validators/json-schema/judge.ts'
import type { Judgement } from './validators/validator.ts'
import { documentOf } from './validators/document-of.ts'

// Real payloads against a real schema of 400,000 characters, both as GitHub's integrators publish them.
const require = createRequire(import.meta.url)
const events = require('@octokit/webhooks-examples') as { name: string; examples: unknown[] }[]
const schema = require('@octokit/webhooks-schemas') as {
  $schema: string
  definitions: Record<string, unknown>
}

/** An event with several actions is defined as `<name>_event`, one without as `<name>$event`. */
function schemaOf(name: string) {
  const definition = `${name}_event` in schema.definitions ? `${name}_event` : `${name}$event`
  return { $schema: schema.$schema, $ref: `#/definitions/${definition}`, definitions: schema.definitions }
}

async function judgeAll(name: string, examples: readonly unknown[]): Promise<Judgement[]> {
  const compiled = await compile({ schema: schemaOf(name) })
  if ('refused' in compiled) throw new Error(`${name}: ${compiled.refused.message}`)
  return examples
    .map((example) => documentOf(documentSubmission(Buffer.from(JSON.stringify(example)))))
    .map(compiled.judge)
}

describe("GitHub's webhook payloads", () => {
  it('are 329, of which 276 pass and 53 fail, as ajv used on its own finds', async () => {
    const judgements: Judgement[] = []
    for (const { name, examples } of events) judgements.push(...(await judgeAll(name, examples)))
    const passed = judgements.filter(({ counts }) => counts.error === 0)
    const failed = judgements.filter(({ counts }) => counts.error > 0)
    expect({ passed: passed.length, failed: failed.length }).toEqual({ passed: 276, failed: 53 })
    for (const { findings } of failed) {
      expect(findings.length).toBeGreaterThan(0)
      for (const { message } of findings) expect(message).not.toMatch(/undefined|\[object/)
    }
    // It compiles a large schema sixty times.
  }, 300_000)
})
