/** Words for the kinds of values, as JSON knows them. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['bool', 'true or false'],
  ['double', 'a number'],
  ['int', 'a number'],
  ['uint', 'a number'],
  ['string', 'a string'],
  ['list', 'a list'],
  ['map', 'an object'],
  ['null_type', 'null'],
  ['timestamp', 'a time'],
  ['duration', 'a duration'],
  ['google.protobuf.Timestamp', 'a time'],
  ['google.protobuf.Duration', 'a duration'],
])

const PLAIN: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [/^field not found: (.*)$/s, (name) => `there is no field "${name}"`],
  [/^index (\S+) out of bounds/, (index) => `there is no item ${index} in the list`],
  [/^found no matching overload for '?(.+?)'? applied to '(.*)'$/s, (name, kinds) => misused(name, kinds)],
  [/^type mismatch: expected bool, got (.+)$/, (kind) => `true or false is needed, not ${kindOf(kind)}`],
  [/^Cannot convert .* to a BigInt$/s, () => 'the value is not a whole number'],
  [/^Failed to parse timestamp/, () => 'the value is not a time such as 2026-01-31T12:00:00Z'],
  [/^Failed to parse duration/, () => 'the value is not a duration such as 90s'],
  [/^Maximum call stack size exceeded$/, () => 'the values are nested too deeply'],
]

/** Why an evaluation failed, in plain words: the library's own speak of overloads. */
export function plainReason(message: string): string {
  for (const [pattern, say] of PLAIN) {
    const found = pattern.exec(message)
    if (found !== null) return say(...found.slice(1))
  }
  return message
}

/** `_>_` and `(string, int)`, or `matches` and `double.(string)`. */
function misused(name = '', kinds = ''): string {
  const between = kinds
    .split(/\.?\(|[),\s]+/)
    .filter((kind) => kind !== '')
    .map(kindOf)
  return `${plainOperator(name)} cannot be used on ${between.join(' and ')}`
}

/** `_>_` and `@in` are written `>` and `in`. */
export function plainOperator(name: string): string {
  return /[a-z]/i.test(name) ? name.replace('@', '') : name.replaceAll('_', '')
}

function kindOf(kind = ''): string {
  return KINDS.get(kind) ?? kind
}
