/** SaslAuthenticate: one step of the log-in. A refusal is answered, after a while, and ends the connection. */
import { isMillraceError } from '../../errors.ts';
import { saslAuthenticate } from '../../protocol/apis/36-sasl-authenticate.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { defineHandler } from '../handler.ts';

const nothing = Buffer.alloc(0);

export const saslAuthenticateHandler = defineHandler({
  api: saslAuthenticate,
  versions: '0-2',
  beforeAuthentication: true,
  async handle({ authBytes }, { session }) {
    const { sasl } = session;
    if (sasl === null || sasl.isDone) {
      const errorMessage = 'SaslAuthenticate request received after successful authentication';
      return { errorCode: kafkaErrorCodes.ILLEGAL_SASL_STATE, errorMessage, authBytes: nothing };
    }
    try {
      const answer = await sasl.respond(authBytes);
      return {
        errorCode: kafkaErrorCodes.NONE,
        errorMessage: null,
        authBytes: answer,
        sessionLifetimeMs: sasl.lifetimeMs,
      };
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_AUTHENTICATION')) throw error;
      session.refused(error);
      session.end();
      const errorCode = kafkaErrorCodes.SASL_AUTHENTICATION_FAILED;
      return { errorCode, errorMessage: error.message, authBytes: nothing };
    }
  },
});
