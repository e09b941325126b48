/** SaslHandshake: the mechanism by which the connection logs in, or those that there are. */
import { saslHandshake } from '../../protocol/apis/17-sasl-handshake.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { defineHandler } from '../handler.ts';

export const saslHandshakeHandler = defineHandler({
  api: saslHandshake,
  versions: '0-1',
  beforeAuthentication: true,
  handle({ mechanism }, { session, version }) {
    const { sasl } = session;
    if (sasl === null || !sasl.mayBegin) return { errorCode: kafkaErrorCodes.ILLEGAL_SASL_STATE, mechanisms: [] };
    const isOffered = sasl.begin(mechanism, version === 0);
    if (!isOffered) session.end();
    const errorCode = isOffered ? kafkaErrorCodes.NONE : kafkaErrorCodes.UNSUPPORTED_SASL_MECHANISM;
    return { errorCode, mechanisms: [...sasl.mechanisms] };
  },
});
