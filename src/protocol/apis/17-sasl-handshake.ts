/**
 * SaslHandshake: the mechanism by which a connection will authenticate. After version 0 the mechanism's bytes follow bare, after version 1 each in a
 * SaslAuthenticate. Never flexible.
 */
import { defineApi } from '../api.ts';
import { array, int16, string } from '../field.ts';

export const saslHandshake = defineApi({
  key: 17,
  name: 'SaslHandshake',
  versions: '0-1',
  request: {
    mechanism: string(),
  },
  response: {
    errorCode: int16(),
    mechanisms: array(string()),
  },
});
