import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sampleWebhook } from '../../test/support/samples.ts'
import { surveyStore } from '../compose.ts'
import { settingsWith } from '../config/load.ts'
import { systemClock } from '../core/clock.ts'
import { createSecretBox } from '../identity/secret-box.ts'
import { loadOrCreateKey } from '../identity/secret-key-file.ts'
import { checkSealedSecrets } from './doctor/sealed-secrets.ts'
import { main } from './main.ts'
import { lookAtSealedSecrets } from './sealed-secrets.ts'
import { withStoreOf } from './with-store.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sealpost-sealed-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const settings = () => settingsWith({ dataDir: directory }, { workingDirectory: directory, parallelism: 1 })
const keyFile = () => join(directory, 'secret.key')
const writeKey = (fill: number) =>
  writeFileSync(keyFile(), Buffer.alloc(32, fill).toString('base64'), { mode: 0o600 })

/** A webhook that is there and one that was deleted, whose secret went with it. */
async function makeWebhooks(): Promise<void> {
  await withStoreOf(settings(), async ({ store, ids }) => {
    const [organization] = await store.organizations.list()
    const organizationId = organization?.id ?? 0
    const webhookId = ids.make('webhook')
    const sealedSecret = createSecretBox(loadOrCreateKey(directory)).seal(
      { organizationId, webhookId },
      'whsec_c2VjcmV0',
    )
    await store.webhooks.create(sampleWebhook({ id: webhookId, organizationId, sealedSecret }), null)
    const gone = { id: ids.make('webhook'), organizationId, sealedSecret: '', deletedAt: systemClock.now() }
    await store.webhooks.create(sampleWebhook(gone), null)
  })
}

async function start(): Promise<{ code: number; notes: string }> {
  const notes: string[] = []
  const print = (line: string): void => void notes.push(line)
  const code = await main(['serve', '--data-dir', directory], {
    out: print,
    note: print,
    progress: print,
    style: (_format, text) => text,
  })
  return { code, notes: notes.join('\n') }
}

const doctor = () =>
  checkSealedSecrets({ settings: settings(), clock: systemClock, survey: surveyStore(settings()) })

test('an empty data directory needs no key yet', async () => {
  expect(await lookAtSealedSecrets(settings(), surveyStore(settings()))).toEqual({
    keyIsThere: false,
    sealed: 0,
    foreign: 0,
  })
  expect(await doctor()).toMatchObject([{ status: 'ok' }])
})

test('a key that fits', async () => {
  await makeWebhooks()
  expect(await lookAtSealedSecrets(settings(), surveyStore(settings()))).toEqual({
    keyIsThere: true,
    sealed: 1,
    foreign: 0,
  })
  expect(await doctor()).toMatchObject([{ status: 'ok' }])
})

test('a database that was restored without its key is not served, and no new key is made', async () => {
  await makeWebhooks()
  rmSync(keyFile())
  const { code, notes } = await start()
  expect(code).toBe(1)
  expect(notes).toContain(`There is no secret.key in ${directory}`)
  expect(existsSync(keyFile())).toBe(false)
  expect(await doctor()).toMatchObject([
    { status: 'wrong', detail: expect.stringContaining('a key that is missing') as string },
  ])
})

test('nor is it with another key than the one that sealed', async () => {
  await makeWebhooks()
  writeKey(7)
  const { code, notes } = await start()
  expect(code).toBe(1)
  expect(notes).toContain('start once with --new-key')
  expect(await lookAtSealedSecrets(settings(), surveyStore(settings()))).toEqual({
    keyIsThere: true,
    sealed: 1,
    foreign: 1,
  })
  expect(await doctor()).toMatchObject([
    { status: 'wrong', detail: '1 of 1 signing secrets are sealed with another key than this' },
  ])
})

test('a key that is damaged', async () => {
  writeFileSync(keyFile(), 'x', { mode: 0o600 })
  expect(await doctor()).toMatchObject([
    { status: 'wrong', detail: expect.stringContaining('damaged') as string },
  ])
})
