/**
 * What a SASL exchange is, whatever its mechanism: messages in, messages out. No mechanism does I/O; what reads and writes the messages (on
 * Kafka's wire: SaslAuthenticate, or bare frames after SaslHandshake 0) hands them in, one after another.
 *
 * A refusal is ERR_MILLRACE_AUTHENTICATION, for a wrong password and for garbage alike, and ends the exchange. Its message may be sent to the
 * peer (Kafka: SASL_AUTHENTICATION_FAILED with that message): it never says whether there is such a user. That an answer comes late
 * (`connection.failed.authentication.delay.ms`), and how many may be tried, is the connection's business.
 */
import { MillraceError } from '../errors.ts';
import { PASSWORD_BYTES_MAX, SASL_MESSAGE_BYTES_MAX, USER_NAME_BYTES_MAX } from '../limits.ts';

/** Under the names that SaslHandshake uses. */
export type SaslMechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';

/** The server's side of one exchange. */
export interface SaslServer {
  readonly mechanism: SaslMechanism;
  /** Who the peer has proved to be, such as `User:alice`; null until then. */
  readonly principal: string | null;
  /** What to answer to the peer's next message. One at a time: the next only when this one has settled. */
  respond(message: Uint8Array): Promise<Uint8Array>;
}

/** The client's side of one exchange. */
export interface SaslClient {
  readonly mechanism: SaslMechanism;
  /** The server has accepted, and has proved itself where the mechanism can do that. */
  readonly isComplete: boolean;
  /** The first message, without having been asked. */
  start(): Uint8Array;
  /** The next message to what the server said, or null when that completes the exchange. */
  respond(challenge: Uint8Array): Promise<Uint8Array | null>;
}

export interface UserPassword {
  readonly user: string;
  readonly password: string;
}

export function authenticationError(mechanism: SaslMechanism, found: string, cause?: unknown): MillraceError {
  return new MillraceError('ERR_MILLRACE_AUTHENTICATION', `${mechanism} authentication failed: ${found}`, { cause });
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A message as text: bounded, whole UTF-8. */
export function messageText(mechanism: SaslMechanism, message: Uint8Array): string {
  if (message.length > SASL_MESSAGE_BYTES_MAX)
    throw authenticationError(
      mechanism,
      `a message has ${message.length} bytes, expected at most ${SASL_MESSAGE_BYTES_MAX}`,
    );
  try {
    return utf8.decode(message);
  } catch (error) {
    throw authenticationError(mechanism, 'a message is not UTF-8', error);
  }
}

/** Why `user` is no name that a mechanism can carry; null when it is one. */
export function flawOfUser(user: string): string | null {
  return flawOf('user name', user, USER_NAME_BYTES_MAX);
}

/** As `flawOfUser`, and the password is not in what is said. */
export function flawOfPassword(password: string): string | null {
  return flawOf('password', password, PASSWORD_BYTES_MAX);
}

/** At the door of a client, and where a password is set. The value is not in the message. */
export function checkUserPassword({ user, password }: UserPassword): void {
  const flaw = flawOfUser(user) ?? flawOfPassword(password);
  if (flaw !== null) throw new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', flaw);
}

function flawOf(what: string, text: string, bytesMax: number): string | null {
  if (text === '') return `the ${what} is empty`;
  if (text.includes('\0')) return `the ${what} has a NUL`;
  if (/\p{Surrogate}/u.test(text)) return `the ${what} has half of a character`;
  const size = Buffer.byteLength(text, 'utf8');
  return size > bytesMax ? `the ${what} has ${size} bytes, expected at most ${bytesMax}` : null;
}
