import { z } from 'zod'
import { CARRIER_NAMES, CHANNEL_CARRIERS, findCarrier } from '../../../carriers/index.ts'
import { fieldProblem } from '../../../core/errors.ts'
import type { Webhook } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import { problemOfIssues } from '../../problems/field-errors.ts'
import { targetChecks } from '../target-checks.ts'

/** The fields of a request that name a target, of whatever carrier. */
export type GivenTarget = Record<string, unknown>

/** What a row keeps of a target: what may be shown of it, and what is sealed. */
type KeptTarget = Pick<Webhook, 'url' | 'sealedSecret'>

/** Checks a target of the channel's carrier and seals what must not be shown. Throws `Problem` naming the field. */
export function keptTarget(
  { services, settings }: Pick<ApiContext, 'services' | 'settings'>,
  { organizationId, id, carrier }: Pick<Webhook, 'organizationId' | 'id' | 'carrier'>,
  given: GivenTarget,
): KeptTarget {
  const target = findCarrier(carrier)?.target
  if (target === undefined) {
    throw fieldProblem('invalid_request', 'carrier', `Must be one of ${CARRIER_NAMES.join(', ')}.`)
  }
  target.validate(given, targetChecks({ services, settings }))
  const { sealed } = target
  return {
    url: target.urlOf(given),
    sealedSecret: sealed === null ? '' : services.secrets.seal(organizationId, id, sealed.secretOf(given)),
  }
}

/** Every field that names a target of some carrier: what a PATCH may have, whose channel is known only when it is read. */
export const TARGET_FIELDS: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  [...new Set(CHANNEL_CARRIERS.flatMap(({ target }) => Object.keys(target.fields)))].map((field) => [
    field,
    fieldOfAny(field),
  ]),
)

function fieldOfAny(field: string): z.ZodType {
  const having = CHANNEL_CARRIERS.filter(({ target }) => field in target.fields)
  const schemas = having.map(({ target }) => target.fields[field] as z.ZodType)
  const described = having.map(({ name }, index) => `Of \`${name}\`: ${schemas[index]?.description ?? ''}`)
  const [only, ...others] = schemas
  const schema = only !== undefined && others.length === 0 ? only : z.union(schemas)
  return schema.describe(described.join(' '))
}

/**
 * The target that a PATCH names for this channel; null when it names none. Throws `invalid_request` on the field that its
 * carrier does not have, or that is not as the carrier has it.
 */
export function changedTarget(channel: Webhook, changes: GivenTarget): GivenTarget | null {
  const named = Object.keys(TARGET_FIELDS).filter((field) => changes[field] !== undefined)
  const [first] = named
  if (first === undefined) return null
  const carrier = findCarrier(channel.carrier)
  const foreign = carrier === undefined ? first : named.find((field) => !(field in carrier.target.fields))
  if (carrier === undefined || foreign !== undefined) throw notItsField(channel, foreign ?? first)
  const given = Object.fromEntries(named.map((field) => [field, changes[field]]))
  const read = z.strictObject(carrier.target.fields).safeParse(given)
  if (!read.success) throw problemOfIssues('body', read.error.issues)
  return read.data
}

function notItsField({ carrier: name }: Webhook, field: string): Error {
  const others = CHANNEL_CARRIERS.filter(({ target }) => field in target.fields).map(
    ({ name: other }) => other,
  )
  return fieldProblem(
    'invalid_request',
    field,
    `The carrier of this channel is ${name}, which has no \`${field}\`. Make another channel for ${others.join(' or ')}.`,
  )
}
