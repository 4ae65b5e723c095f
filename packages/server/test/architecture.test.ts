import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { canMove, DELIVERY_STATES } from '../src/core/delivery.ts'

const ROOT = join(import.meta.dirname, '../../..')
const SOURCE = join(ROOT, 'packages/server/src')

const architecture = readDocument('ARCHITECTURE.md')

function readDocument(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** From a heading to the next one of its level or above. */
function section(heading: string): string {
  const start = architecture.indexOf(`\n${heading}\n`)
  if (start < 0) throw new Error(`ARCHITECTURE.md has no "${heading}"`)
  const level = /^#+/.exec(heading)?.[0].length ?? 1
  const rest = architecture.slice(start + heading.length + 2)
  return rest.split(new RegExp(`^#{1,${level}} `, 'm'))[0] ?? ''
}

/** The pairs that a pattern with two groups finds, in order. */
function pairs(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, from, to]) => `${from} → ${to}`).sort()
}

describe('the states of a delivery in ARCHITECTURE.md', () => {
  const states = section('## States of a delivery')
  const allowed = DELIVERY_STATES.flatMap((from) =>
    DELIVERY_STATES.filter((to) => from !== to && canMove(from, to)).map((to) => `${from} → ${to}`),
  ).sort()

  it('has every move of the code in its table, once, and no other', () => {
    expect(pairs(states, /^\| `(\w+)` +\| `(\w+)` +\|/gm)).toEqual(allowed)
  })

  it('has the same moves in its picture', () => {
    expect(pairs(states, /^ +(\w+) --> (\w+)$/gm)).toEqual(allowed)
  })
})

describe('the rooms in ARCHITECTURE.md', () => {
  it('are the folders of packages/server/src', () => {
    const folders = readdirSync(SOURCE, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const described = [...section('## The rooms').matchAll(/^### `([\w-]+)\/`$/gm)].map(([, room]) => room)
    expect(described.sort()).toEqual(folders.map(({ name }) => name).sort())
  })

  it('have beside them the files of packages/server/src', () => {
    const files = readdirSync(SOURCE).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    const described = [...section('### Beside the rooms').matchAll(/^\| `([\w-]+\.ts)`/gm)].map(
      ([, file]) => file,
    )
    expect(described.sort()).toEqual(files.sort())
  })
})

const DOCUMENTS = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

/** `## States of a delivery` → `states-of-a-delivery`, as GitHub names it. */
function anchors(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe.each(DOCUMENTS)('%s', (document) => {
  it('links only to files and headings that are there', () => {
    const links = [...readDocument(document).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
    const broken = links.filter((target) => {
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? document : join(dirname(document), path)
      if (!existsSync(join(ROOT, file))) return true
      return anchor !== undefined && !anchors(readDocument(file)).includes(anchor)
    })
    expect(broken).toEqual([])
  })
})
