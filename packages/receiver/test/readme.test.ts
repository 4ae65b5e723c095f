import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as fetchAdapter from '../src/fetch.ts'
import * as main from '../src/index.ts'
import * as nodeAdapter from '../src/node.ts'
import * as testing from '../src/testing.ts'

const FOLDER = new URL('../', import.meta.url)
const README = readFileSync(new URL('README.md', FOLDER), 'utf8')
const MODULES: Record<string, object> = {
  '@sealpost/receiver': main,
  '@sealpost/receiver/node': nodeAdapter,
  '@sealpost/receiver/fetch': fetchAdapter,
  '@sealpost/receiver/testing': testing,
}

describe('the README', () => {
  it('says of every reason what to do, and of no other', () => {
    const section = README.slice(README.indexOf('## Reasons'), README.indexOf('## Events'))
    const rows = section.matchAll(/^\| `(\w+)` +\| .+ \| .+ \|$/gm)
    const documented = Array.from(rows, ([, reason]) => reason)
    expect(documented.toSorted()).toEqual([...main.REFUSAL_REASONS].toSorted())
  })

  it('imports only what is exported', () => {
    const imports = Array.from(README.matchAll(/import \{ (.+) \} from '(@sealpost\/receiver[\w/]*)'/g))
    expect(imports.length).toBeGreaterThan(6)
    for (const [, names = '', from = ''] of imports) {
      const values = names.split(', ').filter((name) => !name.startsWith('type '))
      for (const name of values) expect(MODULES[from]).toHaveProperty(name)
    }
  })

  it('tells the defaults that the code has', () => {
    expect(main.TOLERANCE_SECONDS_DEFAULT).toBe(300)
    expect(nodeAdapter.BODY_LIMIT_BYTES_DEFAULT).toBe(1024 * 1024)
  })
})

describe('package.json', () => {
  it('exports a source file for every entry', () => {
    const { exports } = JSON.parse(readFileSync(new URL('package.json', FOLDER), 'utf8')) as {
      exports: Record<string, { default: string } | string>
    }
    const entries = Object.values(exports).filter((entry) => typeof entry === 'object')
    const sources = entries.map((entry) => entry.default.replace('./dist/', 'src/').replace('.js', '.ts'))
    expect(sources.length).toBe(Object.keys(MODULES).length)
    for (const source of sources)
      expect([source, existsSync(new URL(source, FOLDER))]).toEqual([source, true])
  })
})
