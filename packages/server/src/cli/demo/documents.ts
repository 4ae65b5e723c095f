import { createRequire } from 'node:module'
import { CommandError } from '../exit.ts'

/** Real webhook bodies of GitHub, one kind of event, and the JSON Schema that GitHub's own SDK publishes for it. */
export interface DocumentKind {
  /** Slug and name of the workflow that judges it. */
  slug: string
  name: string
  schema: Record<string, unknown>
  documents: DemoDocument[]
}

interface DemoDocument {
  fileName: string
  content: Buffer
}

/** In the first document of each of these, GitHub's schema finds errors: they were recorded before it grew. */
const KINDS = [
  { event: 'release', action: 'published', name: 'GitHub release' },
  { event: 'issue_comment', action: 'created', name: 'GitHub issue comment' },
  { event: 'pull_request', action: 'opened', name: 'GitHub pull request' },
] as const
const DOCUMENTS_PER_KIND_MAX = 3

interface Examples {
  name: string
  examples: (Record<string, unknown> & { action?: string })[]
}

interface Schemas {
  $schema: string
  definitions: Record<string, Record<string, unknown>>
}

/** Throws CommandError when the two packages of documents and schemas are not installed. */
export function loadDocumentKinds(): DocumentKind[] {
  const schemas = load('@octokit/webhooks-schemas') as Schemas
  const examples = load('@octokit/webhooks-examples') as Examples[]
  return KINDS.map(({ event, action, name }) => {
    const all = examples.find((entry) => entry.name === event)?.examples ?? []
    const documents = all.filter((example) => example.action === action).slice(0, DOCUMENTS_PER_KIND_MAX)
    return {
      slug: `github-${event.replaceAll('_', '-')}`,
      name,
      schema: standaloneSchema(schemas, `${event}$${action}`),
      documents: documents.map((document, index) => ({
        fileName: `${event}-${index + 1}.json`,
        content: Buffer.from(JSON.stringify(document)),
      })),
    }
  })
}

/** They are development dependencies, megabytes of them, so an installed package does not have them. */
function load(name: string): unknown {
  try {
    return createRequire(import.meta.url)(name)
  } catch (error) {
    const advice = 'The demo runs from a clone of the repository: npm run demo'
    throw new CommandError(`The demo's documents (${name}) are not installed. ${advice}`, 1, { cause: error })
  }
}

/** One definition, with those it refers to, so that it compiles on its own. */
function standaloneSchema({ $schema, definitions }: Schemas, root: string): Record<string, unknown> {
  const needed = new Map<string, unknown>()
  const open = [root]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name)) continue
    needed.set(name, definitions[name])
    const references = JSON.stringify(definitions[name]).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)
    for (const [, reference] of references) if (reference !== undefined) open.push(reference)
  }
  return { $schema, ...definitions[root], definitions: Object.fromEntries(needed) }
}
