// What XML 1.0 cannot hold in any form (https://www.w3.org/TR/xml/#charsets): most control characters, halves of
// surrogate pairs, and U+FFFE and U+FFFF.
const IMPOSSIBLE = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  // Also where it need not be, so that no text can hold "]]>".
  '>': '&gt;',
  '"': '&quot;',
  // As they are, a parser would read all of these as spaces in an attribute, and a return as a line feed in text.
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

/** Text for an attribute's value in double quotes. What XML cannot hold becomes U+FFFD. */
export function xmlAttribute(text: string): string {
  return text.replace(IMPOSSIBLE, '\ufffd').replace(/[&<>"\t\n\r]/g, (character) => ESCAPES[character] ?? '')
}

/** Text between tags. What XML cannot hold becomes U+FFFD. */
export function xmlText(text: string): string {
  return text.replace(IMPOSSIBLE, '\ufffd').replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? '')
}
