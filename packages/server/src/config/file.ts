import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Scalar } from 'yaml'
import type { RawValue } from './kinds.ts'
import { emptyLayer, type Layer, type SettingProblem } from './layer.ts'
import { suggestion } from './names.ts'
import { SETTING_KEYS, SETTINGS } from './settings.ts'

/** The settings of a YAML 1.2 file, and so of a JSON one, with what is wrong in it. A key without a value is unset. */
export function readFile(path: string): Layer {
  const layer = emptyLayer()
  const name = basename(path)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    layer.problems.push({ place: path, message: `cannot be read: ${(error as Error).message}` })
    return layer
  }

  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const placeOf = (offset: number): string => `${name}:${lines.linePos(offset).line}`
  for (const error of document.errors)
    layer.problems.push({ place: placeOf(error.pos[0]), message: error.message })
  if (layer.problems.length > 0 || document.contents === null) return layer
  if (!isMap<Scalar, Node | null>(document.contents)) {
    if (text.trim() !== '')
      layer.problems.push({ place: name, message: 'must hold settings, one `name: value` a line' })
    return layer
  }

  for (const pair of document.contents.items) {
    const place = placeOf(pair.key.range?.[0] ?? 0)
    const outcome = readPair(String(pair.key.value), pair.value, place)
    if ('problem' in outcome) layer.problems.push(outcome.problem)
    else if (outcome.raw !== null)
      layer.values.set(outcome.key, { raw: outcome.raw, origin: { from: 'file', place } })
  }
  return layer
}

function readPair(
  name: string,
  node: Node | null,
  place: string,
): { key: (typeof SETTING_KEYS)[number]; raw: RawValue | null } | { problem: SettingProblem } {
  const key = SETTING_KEYS.find((candidate) => SETTINGS[candidate].name === name)
  if (key === undefined) {
    const names = SETTING_KEYS.map((candidate) => SETTINGS[candidate].name)
    return { problem: { place, message: `${name} is not a setting${suggestion(name, names)}` } }
  }
  const raw = rawValue(node)
  if (raw === undefined) return { problem: { place, message: `${name} must be ${SETTINGS[key].kind.right}` } }
  return { key, raw }
}

/** Null for an empty value, undefined for one that no setting can have. */
function rawValue(node: Node | null): RawValue | null | undefined {
  if (node === null) return null
  if (isScalar(node)) return node.value === null ? null : scalarText(node)
  if (!isSeq<Node>(node)) return undefined
  const entries = node.items.map((item) => (isScalar(item) ? scalarText(item) : undefined))
  return entries.every((entry) => entry !== undefined) ? entries : undefined
}

/** As it was written: `1e3` or `0x10` must not become a number behind the reader's back. */
function scalarText(node: Scalar): string {
  return node.source ?? String(node.value)
}
