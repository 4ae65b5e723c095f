/**
 * Before 2019-09 a pattern is any regular expression of ECMA-262, also one that only its older grammar takes, such as
 * `[\w-.]` or `\-`. Where both grammars take it, characters are code points, as the later drafts have it.
 */
export const compilePattern = Object.assign(
  (pattern: string): RegExp => {
    try {
      return new RegExp(pattern, 'u')
    } catch {
      return new RegExp(pattern)
    }
  },
  // What ajv would write into code that is kept in a file; ours never is.
  { code: 'compilePattern' },
)

/** Whether a text is a pattern: the format `regex` of the older drafts. */
export function isPattern(text: string): boolean {
  try {
    compilePattern(text)
    return true
  } catch {
    return false
  }
}
