/** Where characters of a text are, for people: lines and columns from 1. */
export interface Lines {
  at(offset: number): { line: number; column: number }
}

/** Looks for the line breaks when it is first asked, since most documents have nothing to tell. */
export function createLines(text: string): Lines {
  let starts: number[] | undefined
  return {
    at(offset) {
      starts ??= lineStarts(text)
      let low = 0
      let high = starts.length - 1
      while (low < high) {
        const middle = Math.ceil((low + high) / 2)
        if ((starts[middle] ?? 0) <= offset) low = middle
        else high = middle - 1
      }
      return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
    },
  }
}

/** A line ends with \n, \r\n or \r. */
function lineStarts(text: string): number[] {
  const starts = [0]
  for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) starts.push(index + end.length)
  return starts
}
