/** A public suite of tests that one of our validators is held against; it lies outside of the repository. */
export interface Suite {
  name: string
  /** Where it comes from, e.g. `https://github.com/json-schema-org/JSON-Schema-Test-Suite`. */
  repository: string
  licence: string
  /** Judges everything in the copy at `path`. */
  run(path: string): Promise<Part[]>
}

/** What the suite counts apart, such as one draft. */
export interface Part {
  name: string
  tests: number
  disagreements: Disagreement[]
}

export interface Disagreement {
  /** Names one test, alike in every run. */
  test: string
  kind: 'false_pass' | 'false_fail' | 'refused'
}

/** A run of a suite as it is recorded: results/NAME.json. */
export interface Recorded {
  suite: string
  /** Of the copy that was judged. */
  commit: string
  parts: Part[]
}

/** Why we disagree with some tests: explanations/NAME.json is a list of these. */
export interface Explanation {
  reason: string
  tests: string[]
}

/** Percent, two digits, rounded down: what is not all is never shown as 100. */
export function rateOf({ tests, disagreements }: Part): string {
  return (Math.floor(((tests - disagreements.length) / tests) * 10_000) / 100).toFixed(2)
}

/** Disagreements that nothing explains, and explanations of what is none any more; in words. */
export function unexplained(parts: readonly Part[], explanations: readonly Explanation[]): string[] {
  const found = new Set(parts.flatMap((part) => part.disagreements.map(({ test }) => test)))
  const explained = explanations.flatMap(({ tests }) => tests)
  return [
    ...[...found].filter((test) => !explained.includes(test)).map((test) => `not explained: ${test}`),
    ...explained.filter((test) => !found.has(test)).map((test) => `explained, and no disagreement: ${test}`),
    ...explained
      .filter((test, index) => explained.indexOf(test) !== index)
      .map((test) => `explained twice: ${test}`),
  ]
}
