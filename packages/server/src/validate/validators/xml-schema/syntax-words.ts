/** Why a text is no XML, in words for whoever wrote it; the parser's are for whoever wrote parsers. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^invalid document structure$/, 'It must begin with a tag.'],
  [
    /^comment or processing instruction expected$/,
    'Nothing may stand behind the end tag of its first element.',
  ],
  [/^expected end of tag '(.*)'$/s, 'The end tag of "$1" must stand here.'],
  [
    /^(?:unmatched end tag detected|unbalanced start\/end tags)$/,
    'An end tag stands here without its start tag.',
  ],
  [/^unterminated end tag '(.*)'$/s, 'The end tag of "$1" does not end with ">".'],
  [
    /^input ended before all started tags were ended; last tag started is '(.*)'$/s,
    'It ends before the end tag of "$1".',
  ],
  [/^unexpected end of input$/, 'It ends in the middle of a tag or the like.'],
  [/^attribute '(.*)' is already specified for element '(.*)'$/s, '"$2" has the attribute "$1" twice.'],
  [/^attribute value expected$/, 'The value of an attribute must stand in quotes.'],
  [/^equal sign expected$/, 'An attribute must have a value.'],
  [
    /^entity '(.*)' not found$/s,
    'XML does not know the entity "&$1;", only &amp;, &lt;, &gt;, &quot; and &apos;.',
  ],
  [/^expected entity name for reference$/, 'The character & must be written &amp;.'],
  [/^unterminated entity reference '(.*)'$/s, '"&$1" must end with ";", or its & be written &amp;.'],
  [/^prefix '(.*)' can not be resolved to namespace URI$/s, 'The prefix "$1" is not declared.'],
  [
    /^invalid character 0x([\dA-F]+)(?: in attribute value .*)?$/s,
    'The character U+$1 must not stand in XML.',
  ],
  [/^invalid character reference$/, 'A reference leads to a character that must not stand in XML.'],
  [
    /^'<' character cannot be used in attribute value '(.*)'.*$/s,
    'In the attribute "$1" the character < must be written &lt;.',
  ],
  [/^'\]\]>' sequence is not allowed in character data$/, 'In a text "]]>" must be written "]]&gt;".'],
  [/^'--' sequence is illegal in comment$/, '"--" must not stand in a comment.'],
  [/^unterminated (comment|processing instruction|CDATA section)$/, 'A $1 does not end.'],
  [/^XML or TEXT declaration must start at line 1, column 1$/, 'Nothing may stand before <?xml.'],
  [
    /^unsupported XML version '(.*)'$/s,
    'There is no version "$1" of XML that is known here, only 1.0 and 1.1.',
  ],
]

/** A sentence for what the parser says. */
export function reasonOf(message: string): string {
  const [pattern, plain] = WORDS.find(([each]) => each.test(message)) ?? []
  if (pattern !== undefined && plain !== undefined) return message.replace(pattern, plain)
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`
}
