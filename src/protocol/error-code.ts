/**
 * Kafka's error codes: the int16 that a response carries, by name and by number, with what each means and whether it may pass if the request is
 * sent again. A broker answers with `kafkaErrorCodes.NOT_COORDINATOR`; a client asks `kafkaErrorOf(16)`. (org.apache.kafka.common.protocol.Errors
 * of Kafka 4.3; the words are ours.)
 */

export interface KafkaError {
  readonly name: KafkaErrorName;
  readonly code: number;
  /** May the same request succeed later, perhaps after asking for metadata anew? */
  readonly isRetriable: boolean;
  readonly message: string;
}

interface Meaning {
  readonly isRetriable: boolean;
  readonly message: string;
}

function final(message: string): Meaning {
  return { isRetriable: false, message };
}

function retriable(message: string): Meaning {
  return { isRetriable: true, message };
}

/** In the order of their codes, from -1 on, without a gap. */
const meanings = {
  UNKNOWN_SERVER_ERROR: final('the broker met an error that it has no code for'),
  NONE: final('no error'),
  OFFSET_OUT_OF_RANGE: final('the offset is before the start of the log or after its end'),
  CORRUPT_MESSAGE: retriable('a record batch is damaged, too large, or has no key where the topic is compacted'),
  UNKNOWN_TOPIC_OR_PARTITION: retriable('the broker has no such topic or partition'),
  INVALID_FETCH_SIZE: final('a fetch asks for an impossible size'),
  LEADER_NOT_AVAILABLE: retriable('the partition has no leader at present'),
  NOT_LEADER_OR_FOLLOWER: retriable('the broker does not lead the partition, or has no replica of it'),
  REQUEST_TIMED_OUT: retriable('it was not done in the time that the request allowed'),
  BROKER_NOT_AVAILABLE: final('the broker is not available'),
  REPLICA_NOT_AVAILABLE: retriable('the replica is not available'),
  MESSAGE_TOO_LARGE: final('a record batch is larger than the topic allows'),
  STALE_CONTROLLER_EPOCH: final('another controller has taken over'),
  OFFSET_METADATA_TOO_LARGE: final('the metadata of a committed offset are longer than the broker allows'),
  NETWORK_EXCEPTION: retriable('the connection ended before the response came'),
  COORDINATOR_LOAD_IN_PROGRESS: retriable('the coordinator still loads its log'),
  COORDINATOR_NOT_AVAILABLE: retriable('there is no coordinator at present'),
  NOT_COORDINATOR: retriable('the broker is not the coordinator of this group or transactional id'),
  INVALID_TOPIC_EXCEPTION: final('the topic is one that this cannot be done with, by its name or kind'),
  RECORD_LIST_TOO_LARGE: final('a record batch is larger than a segment'),
  NOT_ENOUGH_REPLICAS: retriable('fewer replicas are in sync than the topic requires; nothing was written'),
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: retriable('the records are written, to fewer replicas than the topic requires'),
  INVALID_REQUIRED_ACKS: final('acks are none of 0, 1 and -1'),
  ILLEGAL_GENERATION: final('the generation is not that of the group'),
  INCONSISTENT_GROUP_PROTOCOL: final('the member has no protocol in common with the group, or none at all'),
  INVALID_GROUP_ID: final('the group id is not one that a group can have'),
  UNKNOWN_MEMBER_ID: final('the group has no such member'),
  INVALID_SESSION_TIMEOUT: final('the session time-out is outside the bounds of the broker'),
  REBALANCE_IN_PROGRESS: final('the group is rebalancing; join again'),
  INVALID_COMMIT_OFFSET_SIZE: final('the offsets to commit are too many for one batch'),
  TOPIC_AUTHORIZATION_FAILED: final('not allowed on this topic'),
  GROUP_AUTHORIZATION_FAILED: final('not allowed on this group'),
  CLUSTER_AUTHORIZATION_FAILED: final('not allowed on the cluster'),
  INVALID_TIMESTAMP: final('a timestamp is further from the clock than the topic allows'),
  UNSUPPORTED_SASL_MECHANISM: final('the broker does not have this SASL mechanism'),
  ILLEGAL_SASL_STATE: final('the request does not go with the state of authentication'),
  UNSUPPORTED_VERSION: final('the broker does not have this version of the API'),
  TOPIC_ALREADY_EXISTS: final('a topic of this name exists'),
  INVALID_PARTITIONS: final('the number of partitions is not possible'),
  INVALID_REPLICATION_FACTOR: final('the replication factor is not possible, or there are not so many brokers'),
  INVALID_REPLICA_ASSIGNMENT: final('the assignment of replicas is not possible'),
  INVALID_CONFIG: final('a setting has a value that it cannot have'),
  NOT_CONTROLLER: retriable('the broker is not the controller'),
  INVALID_REQUEST: final('the request contradicts itself or the protocol'),
  UNSUPPORTED_FOR_MESSAGE_FORMAT: final("the format of the log's batches does not allow it"),
  POLICY_VIOLATION: final('a policy of the cluster does not allow it'),
  OUT_OF_ORDER_SEQUENCE_NUMBER: final("the producer's sequence does not follow the last one"),
  DUPLICATE_SEQUENCE_NUMBER: final('the batch came before, longer ago than the broker remembers its offset'),
  INVALID_PRODUCER_EPOCH: final('the producer has an old epoch'),
  INVALID_TXN_STATE: final('the transaction is in no state for this'),
  INVALID_PRODUCER_ID_MAPPING: final('the producer id is not the one of the transactional id'),
  INVALID_TRANSACTION_TIMEOUT: final('the time-out of the transaction is longer than the broker allows'),
  CONCURRENT_TRANSACTIONS: retriable('another operation on the transaction is under way'),
  TRANSACTION_COORDINATOR_FENCED: final('another coordinator has taken over'),
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: final('not allowed on this transactional id'),
  SECURITY_DISABLED: final('the broker has no authorizer'),
  OPERATION_NOT_ATTEMPTED: final('it was not tried, since another part of the request failed'),
  KAFKA_STORAGE_ERROR: retriable('the log directory failed'),
  LOG_DIR_NOT_FOUND: final('the broker has no such log directory'),
  SASL_AUTHENTICATION_FAILED: final('the credentials are wrong'),
  UNKNOWN_PRODUCER_ID: final('the broker no longer knows the producer'),
  REASSIGNMENT_IN_PROGRESS: final('the partition is being reassigned'),
  DELEGATION_TOKEN_AUTH_DISABLED: final('the broker has no delegation tokens'),
  DELEGATION_TOKEN_NOT_FOUND: final('there is no such delegation token'),
  DELEGATION_TOKEN_OWNER_MISMATCH: final('the delegation token belongs to others'),
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: final('this connection may not ask for delegation tokens'),
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: final('not allowed on this delegation token'),
  DELEGATION_TOKEN_EXPIRED: final('the delegation token has expired'),
  INVALID_PRINCIPAL_TYPE: final('the broker does not know this type of principal'),
  NON_EMPTY_GROUP: final('the group has members'),
  GROUP_ID_NOT_FOUND: final('there is no such group'),
  FETCH_SESSION_ID_NOT_FOUND: retriable('there is no such fetch session; begin another'),
  INVALID_FETCH_SESSION_EPOCH: retriable('the epoch is not the one that the fetch session expects'),
  LISTENER_NOT_FOUND: retriable('the leader has no listener of the name over which it was asked'),
  TOPIC_DELETION_DISABLED: final('topics cannot be deleted here'),
  FENCED_LEADER_EPOCH: retriable("the client's leader epoch is older than the partition's"),
  UNKNOWN_LEADER_EPOCH: retriable("the client's leader epoch is newer than the broker knows"),
  UNSUPPORTED_COMPRESSION_TYPE: final("the client's version of the API cannot have this compression"),
  STALE_BROKER_EPOCH: final('the broker has registered again since'),
  OFFSET_NOT_AVAILABLE: retriable('a new leader does not know its high watermark yet'),
  MEMBER_ID_REQUIRED: final('join again under the member id that came with this'),
  PREFERRED_LEADER_NOT_AVAILABLE: retriable('the preferred leader is not available'),
  GROUP_MAX_SIZE_REACHED: final('the group has as many members as it may have'),
  FENCED_INSTANCE_ID: final('another member has taken the place of this static one'),
  ELIGIBLE_LEADERS_NOT_AVAILABLE: retriable('no replica that may lead is available'),
  ELECTION_NOT_NEEDED: retriable('the partition has the leader that it would elect'),
  NO_REASSIGNMENT_IN_PROGRESS: final('the partition is not being reassigned'),
  GROUP_SUBSCRIBED_TO_TOPIC: final('the group reads the topic whose offsets are to be deleted'),
  INVALID_RECORD: final('a record breaks a rule of the topic'),
  UNSTABLE_OFFSET_COMMIT: retriable('offsets are part of a transaction that has not ended'),
  THROTTLING_QUOTA_EXCEEDED: retriable('the quota is used up; try again later'),
  PRODUCER_FENCED: final('a newer producer has the transactional id'),
  RESOURCE_NOT_FOUND: final('the request names what does not exist'),
  DUPLICATE_RESOURCE: final('the request names something twice'),
  UNACCEPTABLE_CREDENTIAL: final('the credential is not good enough'),
  INCONSISTENT_VOTER_SET: final('sender or receiver is not among the voters'),
  INVALID_UPDATE_VERSION: final('the version of the update is not valid'),
  FEATURE_UPDATE_FAILED: final('features could not be updated'),
  PRINCIPAL_DESERIALIZATION_FAILURE: final('the principal of a forwarded request cannot be read'),
  SNAPSHOT_NOT_FOUND: final('there is no such snapshot'),
  POSITION_OUT_OF_RANGE: final('the position is outside the snapshot'),
  UNKNOWN_TOPIC_ID: retriable('the broker has no topic of this id'),
  DUPLICATE_BROKER_REGISTRATION: final('another broker has this id'),
  BROKER_ID_NOT_REGISTERED: final('no broker of this id is registered'),
  INCONSISTENT_TOPIC_ID: retriable('the log belongs to a topic of another id'),
  INCONSISTENT_CLUSTER_ID: final('the broker belongs to another cluster'),
  TRANSACTIONAL_ID_NOT_FOUND: final('there is no such transactional id'),
  FETCH_SESSION_TOPIC_ID_ERROR: retriable('the fetch session has names and ids of topics mixed'),
  INELIGIBLE_REPLICA: final('a replica may not be in sync'),
  NEW_LEADER_ELECTED: final('the partition was changed and has another leader now'),
  OFFSET_MOVED_TO_TIERED_STORAGE: final('the offset is in tiered storage'),
  FENCED_MEMBER_EPOCH: final('the member was fenced; give up all partitions and join again'),
  UNRELEASED_INSTANCE_ID: final('another member still has the instance id'),
  UNSUPPORTED_ASSIGNOR: final('the group does not have this assignor'),
  STALE_MEMBER_EPOCH: final("the member's epoch is old; the next heartbeat brings another"),
  MISMATCHED_ENDPOINT_TYPE: final('a controller was asked what a broker should be, or the reverse'),
  UNSUPPORTED_ENDPOINT_TYPE: final('this type of endpoint is not known here'),
  UNKNOWN_CONTROLLER_ID: final('there is no controller of this id'),
  UNKNOWN_SUBSCRIPTION_ID: final('the subscription to telemetry is not valid, or no longer'),
  TELEMETRY_TOO_LARGE: final('telemetry of more bytes than the broker takes'),
  INVALID_REGISTRATION: final('the registration of the broker is not valid'),
  TRANSACTION_ABORTABLE: final('the transaction failed; abort it and go on'),
  INVALID_RECORD_STATE: final('a shared record is in no state to be acknowledged'),
  SHARE_SESSION_NOT_FOUND: retriable('there is no such share session'),
  INVALID_SHARE_SESSION_EPOCH: retriable('the epoch is not the one that the share session expects'),
  FENCED_STATE_EPOCH: final("the epoch of the share group's state is another"),
  INVALID_VOTER_KEY: final('the key is not that of the voter'),
  DUPLICATE_VOTER: final('it is a voter already'),
  VOTER_NOT_FOUND: final('it is no voter'),
  INVALID_REGULAR_EXPRESSION: final('the regular expression is not valid'),
  REBOOTSTRAP_REQUIRED: final("the client's metadata are too old; begin from the bootstrap servers"),
  STREAMS_INVALID_TOPOLOGY: final('the topology is not valid'),
  STREAMS_INVALID_TOPOLOGY_EPOCH: final('the epoch of the topology is not valid'),
  STREAMS_TOPOLOGY_FENCED: final('the epoch of the topology is old'),
  SHARE_SESSION_LIMIT_REACHED: retriable('there are as many share sessions as there may be'),
} satisfies Record<string, Meaning>;

const FIRST_CODE = -1;

export type KafkaErrorName = keyof typeof meanings;

const errors = Object.entries(meanings).map(([name, meaning], index): KafkaError => ({
  name: name as KafkaErrorName,
  code: FIRST_CODE + index,
  ...meaning,
}));

/** Name to number. */
export const kafkaErrorCodes = Object.fromEntries(errors.map(({ name, code }) => [name, code])) as Readonly<
  Record<KafkaErrorName, number>
>;

/** What a code means. One that is not known, from a newer broker, is UNKNOWN_SERVER_ERROR, as in Kafka's clients. */
export function kafkaErrorOf(code: number): KafkaError {
  return errors[code - FIRST_CODE] ?? errors[0];
}
