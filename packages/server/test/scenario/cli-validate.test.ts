import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createApiClient, readAll, type ApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { http, startRawServer, type RawServer } from '../support/raw-server.ts'
import { BIN, makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

const ACTION = new URL('../../../../action.yml', import.meta.url)
/** Keeps a backtracking engine busy until the validator is stopped. */
const SLOW_SCHEMA = { type: 'string', pattern: '^(a+)+$' }
const SLOW_DOCUMENT = `"${'a'.repeat(40)}!"`

const dataDir = makeDataDir()
let server: ServerProcess
let api: ApiClient
let key: string

beforeAll(async () => {
  server = await startServer(dataDir.path, ['--validator-timeout', '4s', '--validator-threads', '2'])
  key = await makeKey(dataDir.path)
  api = createApiClient(server.url, key)
  const article = { type: 'object', required: ['headline'] }
  for (const [slug, schema] of Object.entries({ article, slow: SLOW_SCHEMA }))
    await makeWorkflow(slug, 'json-schema', { schema })
  await makeWorkflow('pages', 'structured-data', {})
})
afterAll(async () => {
  await server.end('SIGTERM')
  dataDir.remove()
})

async function makeWorkflow(slug: string, type: string, config: object): Promise<void> {
  await api.post('/api/v1/workflows', { slug, name: slug, steps: [{ type, config }] })
}

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sealpost-ci-'))
  mkdirSync(join(directory, 'data'))
  write('data/good.json', '{"headline":"Spring"}')
  write('data/bad.json', '{"author":"Ada"}')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function write(path: string, content: string): void {
  writeFileSync(join(directory, path), content)
}
const read = (path: string): string => readFileSync(join(directory, path), 'utf8')

interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

interface Surroundings {
  environment?: Record<string, string>
  input?: string
  /** Interrupts the process as Ctrl-C does, once it has written this to standard error. */
  interruptAfter?: string
}

/** A process in the test's directory that finds the server by its environment alone. */
async function start(command: string, args: readonly string[], given: Surroundings = {}): Promise<Ran> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SEALPOST_'))
  const child = spawn(command, args, {
    cwd: directory,
    env: {
      ...Object.fromEntries(inherited),
      NO_COLOR: '1',
      SEALPOST_SERVER: server.url,
      SEALPOST_API_KEY: key,
      ...given.environment,
    },
  })
  const ran: Ran = { code: null, stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const before = ran.stderr
    ran.stderr += text
    const { interruptAfter } = given
    // Once: a second one ends the command at once, without the last line.
    if (
      interruptAfter !== undefined &&
      ran.stderr.includes(interruptAfter) &&
      !before.includes(interruptAfter)
    ) {
      child.kill('SIGINT')
    }
  })
  child.stdin.end(given.input ?? '')
  ;[ran.code] = (await once(child, 'close')) as [number | null]
  expect(ran.stdout + ran.stderr).not.toContain(key)
  return ran
}

const sealpost = (args: string, given?: Surroundings): Promise<Ran> =>
  start(process.execPath, [BIN, ...args.split(' ')], given)

interface RunRow {
  id: string
  subject: string | null
  submission: { filename: string | null; content_type: string | null; metadata: Record<string, string> }
}

const runsOf = (subject: string): Promise<RunRow[]> =>
  readAll<RunRow>(api, '/api/v1/orgs/default/runs/').then((rows) =>
    rows.filter((row) => row.subject === subject),
  )

describe('validate', () => {
  test('ends with 0 for good documents, and with 1 when one is bad', async () => {
    const good = await sealpost('validate --workflow article data/good.json')
    expect(good).toMatchObject({ code: 0, stderr: '' })
    expect(good.stdout).toMatch(/^PASS data\/good\.json: no findings {2}http\S+\/runs\/[0-9a-f-]{36}\/\n$/)

    const both = await sealpost('validate -w article data/bad.json data/good.json')
    expect(both.code).toBe(1)
    expect(both.stdout.split('\n')).toEqual([
      'data/bad.json:1:1: error: required: "headline" is required',
      expect.stringMatching(/^FAIL data\/bad\.json: 1 error /),
      expect.stringMatching(/^PASS data\/good\.json: no findings /),
      '2 documents: 1 FAIL, 1 PASS',
      '',
    ])
  })

  test('tells the server what it knows of a document', async () => {
    const subject = `a name of ${directory}`
    const args = [
      'validate',
      '-w',
      'article',
      'data/good.json',
      '--subject',
      subject,
      '--metadata',
      'commit=9f2c1e',
    ]
    expect((await start(process.execPath, [BIN, ...args])).code).toBe(0)
    expect(await runsOf(subject)).toMatchObject([
      {
        submission: {
          filename: 'good.json',
          content_type: 'application/json',
          metadata: { commit: '9f2c1e' },
        },
      },
    ])
  })

  test('judges a document that looks like an envelope as what it is', async () => {
    write('envelope.json', '{"content":{"headline":"Spring"}}')
    expect((await sealpost('validate -w article envelope.json')).code).toBe(1)
    write('url.json', '{"url":"https://example.com/"}')
    expect((await sealpost('validate -w article url.json')).stdout).toContain('"headline" is required')
  })

  test('a document that is no JSON is bad, too', async () => {
    write('broken.json', '{"headline":')
    const { code, stdout } = await sealpost('validate -w article broken.json')
    expect(code).toBe(1)
    expect(stdout).toContain('FAIL broken.json')
  })

  test('reads standard input', async () => {
    const piped = { input: '{"headline":"Spring"}' }
    const { code, stdout } = await sealpost('validate -w article - --format json', piped)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      result: 'PASS',
      runs: [{ file: '-', run: { submission: { filename: null }, subject: null } }],
    })
    expect((await sealpost('validate -w article -')).stdout).toContain('- is empty')
  })

  test('writes reports to files, and the log for people', async () => {
    const outputs = '--output a.json --output a.xml --summary a.md'
    const { code, stdout } = await sealpost(`validate -w article data/good.json data/bad.json ${outputs}`)
    expect(code).toBe(1)
    expect(stdout).toContain('2 documents')
    expect(JSON.parse(read('a.json'))).toMatchObject({ result: 'FAIL', exit_code: 1 })
    expect(read('a.xml')).toContain('<testsuites name="sealpost" tests="2" failures="1" errors="0"')
    expect(read('a.md')).toContain('| PASS | data/good.json |')
  })

  test('does not wait when it is not to; wait does', async () => {
    const { code, stdout, stderr } = await sealpost(
      'validate -w article data/bad.json --no-wait --format json',
    )
    expect(code).toBe(0)
    const { result, runs } = JSON.parse(stdout) as { result: string; runs: { run_id: string }[] }
    expect(stderr).toContain(`sealpost wait ${runs[0]?.run_id}`)
    expect(result).toBe('SUBMITTED')
    const waited = await sealpost(`wait ${runs[0]?.run_id} val_${runs[0]?.run_id.replaceAll('-', '')}`)
    expect(waited.code).toBe(1)
    expect(waited.stdout).toContain('FAIL data/bad.json: 1 error')
  })

  test('ends with 2 when there can be no verdict', async () => {
    const none = { environment: { SEALPOST_API_KEY: '' } }
    expect(await sealpost('validate -w article data/good.json', none)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('SEALPOST_API_KEY: is not set') as string,
    })
    const unknown = await sealpost('validate -w nothing data/good.json')
    expect([unknown.code, unknown.stdout]).toEqual([2, expect.stringContaining('not_found')])
    const other = await sealpost('wait 0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b')
    expect([other.code, other.stdout]).toEqual([2, expect.stringContaining('not_found')])
  })
})

describe('a page', () => {
  let site: RawServer
  afterEach(() => site.close())

  test('is fetched by the server and judged', async () => {
    const product = { '@context': 'https://schema.org', '@type': 'Product' }
    const html = `<!doctype html><title>Lamp</title><script type="application/ld+json">${JSON.stringify(product)}</script>`
    site = await startRawServer({
      onRequest: (socket) =>
        socket.end(http('200 OK', { 'content-type': 'text/html', connection: 'close' }, html)),
    })
    const url = `http://127.0.0.1:${site.port}/lamp`
    const { code, stdout } = await sealpost(`validate -w pages ${url} --format json`)
    const { runs } = JSON.parse(stdout) as { runs: { url: string; result: string; run: RunRow }[] }
    expect(runs).toMatchObject([{ url, result: 'FAIL', run: { submission: { url } } }])
    expect(code).toBe(1)
    expect(site.received).toContain('GET /lamp')
  })

  test('is no document for a workflow that judges documents alone', async () => {
    site = await startRawServer({})
    const { code, stdout } = await sealpost(`validate -w article http://127.0.0.1:${site.port}/`)
    expect([code, stdout]).toEqual([2, expect.stringContaining('judges pages')])
    expect(site.connections).toBe(0)
  })
})

describe('a server out of reach', () => {
  let proxy: RawServer
  afterEach(() => proxy.close())

  test('is tried until the time is over', async () => {
    proxy = await startRawServer({ onConnection: (socket) => socket.destroy() })
    const { code, stdout, stderr } = await sealpost(
      `validate -w article data/good.json --timeout 2 --server http://127.0.0.1:${proxy.port}`,
    )
    expect(code).toBe(2)
    expect(stdout).toContain('cannot be reached')
    expect(stderr).toContain('Trying again')
    expect(proxy.connections).toBeGreaterThan(1)
  })

  test('a document whose answer was lost is judged once', async () => {
    write('once.json', '{"headline":"Spring"}')
    const subject = `once in ${directory}`
    const { port } = new URL(server.url)
    const { connect } = await import('node:net')
    let isFirst = true
    // Passes everything on, and cuts the connection as the first answer comes.
    proxy = await startRawServer({
      onConnection(socket) {
        const upstream = connect(Number(port), '127.0.0.1')
        socket.pipe(upstream)
        upstream.on('data', (chunk: Buffer) => {
          if (isFirst) socket.destroy()
          else socket.write(chunk)
          isFirst = false
        })
        socket.on('close', () => upstream.destroy())
        upstream.on('error', () => socket.destroy())
      },
    })
    const args = ['validate', '-w', 'article', 'once.json', '--server', `http://127.0.0.1:${proxy.port}`]
    const ran = await start(process.execPath, [BIN, ...args, '--subject', subject])
    expect(ran.code).toBe(0)
    expect(ran.stderr).toContain('Trying again')
    expect(await runsOf(subject)).toHaveLength(1)
  })
})

describe('a run that takes long', () => {
  const idIn = (text: string): string => /sealpost wait ([0-9a-f-]{36})/.exec(text)?.[1] ?? ''
  beforeEach(() => write('slow.json', SLOW_DOCUMENT))

  test('ends with 3 when the time is over; wait goes on, and tells that it has no verdict', async () => {
    const { code, stdout, stderr } = await sealpost('validate -w slow slow.json --timeout 1')
    expect(code).toBe(3)
    expect(stdout).toContain('UNFINISHED slow.json')
    const waited = await sealpost(`wait ${idIn(stderr)} --format junit`)
    expect(waited.code).toBe(2)
    expect(waited.stdout).toContain('ended as TIMED_OUT')
  })

  test('ends with 130 on Ctrl-C, and says how to wait for it again', async () => {
    const { code, stdout, stderr } = await sealpost('validate -w slow slow.json', {
      interruptAfter: 'waiting',
    })
    expect(code).toBe(130)
    expect(stdout).toContain('INTERRUPTED slow.json')
    const path = `/api/v1/orgs/default/runs/${idIn(stderr)}/`
    const run = await eventually(
      () => api.get<{ status: string }>(path),
      ({ status }) => status === 'TIMED_OUT',
    )
    expect(run).toMatchObject({ result: 'TIMED_OUT' })
  })
})

describe('the GitHub action', () => {
  interface Action {
    inputs: Record<string, { default?: string }>
    runs: { steps: { run: string; env: Record<string, string> }[] }
  }
  const { inputs, runs } = parse(readFileSync(ACTION, 'utf8')) as Action

  /** Its script as a runner runs it, with an npx that finds the workspace's command line. */
  async function act(given: Record<string, string>): Promise<Ran & { outputs: string[]; summary: string }> {
    const shims = join(directory, 'shims')
    mkdirSync(shims)
    const shim =
      '#!/bin/bash\nwhile [ "$1" != -- ]; do echo "npx $1" >&2; shift; done\nshift 2\nexec node "$SHIM_BIN" "$@"\n'
    write('shims/npx', shim)
    chmodSync(join(shims, 'npx'), 0o755)
    write('shims/outputs', '')
    const [step] = runs.steps
    const environment = Object.entries(step?.env ?? {}).map(([name, value]) => [
      name,
      value.replace(
        /^\$\{\{ inputs\.([a-z-]+) \}\}$/,
        (_all, input: string) => given[input] ?? inputs[input]?.default ?? '',
      ),
    ])
    write('shims/script.sh', step?.run ?? '')
    const ran = await start('bash', ['--noprofile', '--norc', '-eo', 'pipefail', join(shims, 'script.sh')], {
      environment: {
        ...Object.fromEntries(environment),
        PATH: [shims, dirname(process.execPath), process.env['PATH']].join(delimiter),
        SHIM_BIN: BIN,
        GITHUB_OUTPUT: join(shims, 'outputs'),
        GITHUB_STEP_SUMMARY: join(shims, 'summary'),
      },
    })
    const outputs = read('shims/outputs').split('\n')
    return { ...ran, outputs, summary: ran.code === 2 ? '' : read('shims/summary') }
  }

  const inputsOf = (more: Record<string, string>): Record<string, string> => ({
    server: server.url,
    'api-key': key,
    workflow: 'article',
    ...more,
  })

  test('fills in patterns, tells the result and the runs, and writes the reports', async () => {
    write('data/a name.json', '{"headline":"Spring"}')
    const ran = await act(
      inputsOf({ files: 'data/*.json', 'junit-file': 'report.xml', args: '--metadata a=b' }),
    )
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('npx --package=sealpost@0.1.0')
    expect(ran.stdout).toContain('3 documents: 2 PASS, 1 FAIL')
    expect(ran.outputs).toEqual([
      'result=FAIL',
      expect.stringMatching(/^run-ids=[0-9a-f-]{36}( [0-9a-f-]{36}){2}$/),
      '',
    ])
    expect(ran.summary).toContain('| FAIL | data/bad.json |')
    expect(read('report.xml')).toContain('file="data/a name.json"')
  })

  test('takes one file a line, with spaces in its name', async () => {
    write('data/a name.json', '{"headline":"Spring"}')
    const ran = await act(inputsOf({ files: 'data/a name.json\ndata/good.json\n' }))
    expect([ran.code, ran.outputs[0]]).toEqual([0, 'result=PASS'])
  })

  test('runs nothing of what its inputs say', async () => {
    const hostile = '$(touch hacked) `touch hacked` ; touch hacked'
    const ran = await act(inputsOf({ files: `--help ${hostile}`, 'fail-on': '"; touch hacked; "' }))
    expect(ran.code).toBe(2)
    expect(() => read('hacked')).toThrow('ENOENT')
    expect(ran.outputs).toEqual([''])
  })
})
