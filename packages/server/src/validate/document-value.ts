import { parseJson, type ParsedJson } from './json-document.ts'
import type { JudgedDocument } from './validators/validator.ts'
import { isYaml, parseYaml } from './yaml-document.ts'

/** What a document says: as YAML when its content type is one of YAML's, else as JSON. */
export function valueOf({
  content,
  contentType,
}: Pick<JudgedDocument, 'content' | 'contentType'>): ParsedJson {
  return isYaml(contentType) ? parseYaml(content) : parseJson(content)
}
