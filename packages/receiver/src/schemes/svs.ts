import { SVS_SIGNATURE_HEADER } from '../headers/names.ts'
import { hexHmacScheme } from './hex-hmac.ts'

/** `X-SVS-Signature`, on validation.*, score.*, schema.* and alert.* events. */
export const svs = hexHmacScheme('svs', SVS_SIGNATURE_HEADER)
