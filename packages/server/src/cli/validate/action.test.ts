import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { VERSION } from '../../config/version.ts'

interface Action {
  inputs: Record<string, { description: string; required?: boolean; default?: string }>
  outputs: Record<string, { description: string; value: string }>
  runs: { using: string; steps: { shell: string; run: string; env: Record<string, string> }[] }
}

const action = parse(readFileSync(new URL('../../../../../action.yml', import.meta.url), 'utf8')) as Action

test('no script of the action has an expression in it: its text would be run', () => {
  expect(action.runs.using).toBe('composite')
  for (const { run, shell } of action.runs.steps) {
    expect(shell).toBe('bash')
    expect(run).not.toContain('${{')
  }
})

test('every input is described, optional or required, and reaches a script by the environment', () => {
  const passed = action.runs.steps.flatMap(({ env }) => Object.values(env))
  for (const [name, { description, required, default: fallback }] of Object.entries(action.inputs)) {
    expect(description).toMatch(/\.$/)
    expect(required === true ? fallback : typeof fallback).toBe(required === true ? undefined : 'string')
    expect(passed).toContain(`\${{ inputs.${name} }}`)
  }
  expect(passed).toHaveLength(Object.keys(action.inputs).length)
})

test('every variable is read: by the script, or by the command line itself', () => {
  for (const { run, env } of action.runs.steps) {
    const unread = Object.keys(env).filter((name) => !run.includes(`$${name}`))
    expect(unread).toEqual(['SEALPOST_SERVER', 'SEALPOST_API_KEY', 'SEALPOST_ORG'])
  }
})

test('an action of one version runs that version', () => {
  expect(action.inputs['version']?.default).toBe(VERSION)
})
