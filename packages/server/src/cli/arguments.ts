import { InvalidArgumentError } from 'commander'
import { isName, isSlug, NAME, SLUG } from '../core/organization.ts'

/** A slug as the API takes it. Throws commander's InvalidArgumentError. */
export function parseSlug(text: string): string {
  if (isSlug(text)) return text
  throw new InvalidArgumentError(
    `A slug has 1 to ${SLUG.charactersMax} lower-case letters, digits and single hyphens between them, ` +
      'and not digits only.',
  )
}

/** A name as the API takes it, without the white space at its ends. Throws commander's InvalidArgumentError. */
export function parseName(text: string): string {
  const name = text.trim()
  if (isName(name)) return name
  throw new InvalidArgumentError(
    `A name has 1 to ${NAME.charactersMax} characters, and no control characters.`,
  )
}
