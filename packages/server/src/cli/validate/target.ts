import { basename, extname, isAbsolute, relative, sep } from 'node:path'

/** Something to be judged, as the command line names it. */
export type Target = { kind: 'url'; name: string } | { kind: 'file'; name: string; labels: DocumentLabels }

/** What the server is told of a document. */
export interface DocumentLabels {
  /** Without folders; null for standard input. */
  fileName: string | null
  contentType: string | null
  /** Names the document from one run to the next; null leaves it to the file name. */
  subject: string | null
}

export const STANDARD_INPUT = '-'

const CONTENT_TYPES: Record<string, string> = {
  '.json': 'application/json',
  '.jsonld': 'application/ld+json',
  '.geojson': 'application/geo+json',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.xhtml': 'application/xhtml+xml',
  '.xml': 'application/xml',
  '.rss': 'application/rss+xml',
  '.atom': 'application/atom+xml',
  '.svg': 'image/svg+xml',
  '.csv': 'text/csv',
  '.tsv': 'text/tab-separated-values',
  '.yaml': 'application/yaml',
  '.yml': 'application/yaml',
  '.txt': 'text/plain',
  '.md': 'text/markdown',
}

/** The server's bounds on names (api/routes/runs/text-fields.ts). */
const FILE_NAME_CHARACTERS_MAX = 255
const SUBJECT_CHARACTERS_MAX = 500

/** What an argument means: `-`, an http or https URL, else a path. */
export function targetOf(
  argument: string,
  given: { contentType: string | null; subject: string | null },
  workingDirectory: string,
): Target {
  if (/^https?:\/\//i.test(argument)) return { kind: 'url', name: argument }
  if (argument === STANDARD_INPUT)
    return { kind: 'file', name: argument, labels: { fileName: null, ...given } }
  return {
    kind: 'file',
    name: argument,
    labels: {
      fileName: label(basename(argument), FILE_NAME_CHARACTERS_MAX),
      contentType: given.contentType ?? CONTENT_TYPES[extname(argument).toLowerCase()] ?? null,
      subject: given.subject ?? pathBelow(argument, workingDirectory),
    },
  }
}

/**
 * A run is compared with the one before of the same subject, and two folders may both have an index.html: so the path
 * below the working directory names a file, which on every machine that has checked out a repository is the same.
 */
function pathBelow(path: string, workingDirectory: string): string | null {
  const below = isAbsolute(path) ? relative(workingDirectory, path) : relative('.', path)
  const segments = below.split(sep)
  if (segments.length < 2 || segments[0] === '..' || isAbsolute(below)) return null
  return label(segments.join('/'), SUBJECT_CHARACTERS_MAX)
}

/** The server takes no control characters. Of a long path the end tells the most. */
function label(text: string, charactersMax: number): string {
  return text.replace(/\p{Cc}/gu, '?').slice(-charactersMax)
}
