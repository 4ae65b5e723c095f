import { parseJson, type ParsedJson, type ParseText } from './json-document.ts'
import type { JudgedDocument } from './validators/validator.ts'
import { isYaml, parseYaml } from './yaml-document.ts'

/** What a document says: as YAML when its content type is one of YAML's, else as JSON. `parse` reads the JSON text of it. */
export function valueOf(
  { content, contentType }: Pick<JudgedDocument, 'content' | 'contentType'>,
  parse?: ParseText,
): ParsedJson {
  return isYaml(contentType) ? parseYaml(content, parse) : parseJson(content, parse)
}
