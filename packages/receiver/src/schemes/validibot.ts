import { VALIDIBOT_SIGNATURE_HEADER } from '../headers/names.ts'
import { hexHmacScheme } from './hex-hmac.ts'

/** `X-Validibot-Signature`, on run.* events. */
export const validibot = hexHmacScheme('validibot', VALIDIBOT_SIGNATURE_HEADER)
