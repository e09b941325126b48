/** Every bound of the library, in one place, with what it protects. Sizes in bytes, times in milliseconds. */

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** A batch's header (magic 2): what stands before its records. */
export const BATCH_HEADER_SIZE = 61;
/** Base offset and length: what stands before the bytes that `batchLength` counts. */
export const BATCH_LOG_OVERHEAD = 12;

/** Kafka's default of `max.message.bytes`: the largest batch that an append accepts. */
export const MAX_MESSAGE_BYTES_DEFAULT = 1_048_588;
/** The largest batch that any setting allows: a batch is mapped and inflated in one piece. */
export const BATCH_BYTES_MAX = 1 * GIB;
/** What a compressed batch may inflate to: a few kilobytes of bomb must not take the process's memory. */
export const INFLATED_BYTES_MAX = 256 * MIB;
/** Records in one batch: Kafka counts them in an int32; a lying count must not allocate. */
export const RECORDS_PER_BATCH_MAX = 0x7fff_ffff;

/** Segments: positions in an index are unsigned 32-bit, and Kafka reads them as signed. */
export const SEGMENT_BYTES_MAX = 0x7fff_ffff;
export const SEGMENT_BYTES_MIN = 1 * KIB;
/** Relative offsets in an index are 32-bit, and Kafka reads them as signed. */
export const SEGMENT_OFFSETS_MAX = 0x7fff_ffff;

/**
 * Reservation of the active segment: from the first step, doubling, to the last. A window is a step and an overlap, and no window may come
 * near 64 MiB: V8 collects garbage whenever so much external memory appears at once, even if it is taken off the books right after.
 */
export const RESERVE_STEP_MIN = 64 * KIB;
export const RESERVE_STEP_MAX = 16 * MIB;
/** How far ahead of the writer pages are brought in, and in which steps the writer tells where it is. */
export const POPULATE_AHEAD_BYTES = 8 * MIB;
export const POPULATE_STEP_BYTES = 2 * MIB;

/** Read windows: a window starts at a multiple of the step and is two steps long, so a read of one step never straddles. */
export const READ_WINDOW_STEP = 16 * MIB;
/** Mappings kept for readers: beyond either, the least recently used is let go. More than ten thousand partitions need; `vm.max_map_count` is 65,530. */
export const READ_WINDOWS_MAX = 16_384;
/** Page tables cost a five-hundredth of what is mapped. */
export const READ_WINDOW_BYTES_MAX = 64 * GIB;
/** An index file of up to this size is read into memory of its own: a mapping takes whole pages, and a page's place in the CPU's caches. */
export const WHOLE_COPIED_MAX = 16 * KIB;

/** Where windows are copies (file/copying-disk.ts): reads begin with a step, so it is small; what is kept is memory; a writer holds one reservation. */
export const COPIED_READ_STEP = 16 * KIB;
export const COPIED_READ_WINDOWS_MAX = 1_024;
export const COPIED_READ_BYTES_MAX = 32 * MIB;
export const COPIED_RESERVE_STEP_MAX = 512 * KIB;

/** What one `read` returns at most when nothing else is asked. */
export const READ_BYTES_DEFAULT = 1 * MIB;
/**
 * How often a log that another process writes is looked at while somebody waits for records: soon after there were some, and at the latest. A
 * timer of a millisecond more than it was asked for and a look at many logs must fit into 10 ms with the latter.
 */
export const LOOK_INTERVAL_MIN_MS = 1;
export const LOOK_INTERVAL_MAX_MS = 4;
/** After so many looks that see nothing, one that asks whether what is looked at is still the log. */
export const LOOKS_PER_CHECK = 10;
/** What a look that sees a batch reads at first. */
export const LOOK_BYTES = 16 * KIB;
/** How long a consumer may hold the event loop before it lets others have their turn. */
export const EVENT_LOOP_SHARE_MS = 8;
/** Partitions that one consumer hands to handlers at once. */
export const CONCURRENT_PARTITIONS_MAX = 1_024;
/** Records in the buffer of a stream. */
export const STREAM_RECORDS_DEFAULT = 1_024;
export const STREAM_RECORDS_MAX = 1_048_576;

/** What recovery and a second process read at once; and what a read that waits goes through in a turn of the event loop, to make lost indexes again. */
export const SCAN_CHUNK_BYTES = 256 * KIB;
export const INDEX_REBUILD_STEP_BYTES = 1 * MIB;

/** Kafka's name rule allows 249 characters: with `-` and a partition number it is a file name. */
export const TOPIC_NAME_LENGTH_MAX = 249;
export const PARTITIONS_PER_TOPIC_MAX = 100_000;
/** Partitions that one request of a client may make: Kafka's bound. */
export const PARTITIONS_PER_REQUEST_MAX = 10_000;

/** Three days: the mission's own figure. Kafka's default is seven. */
export const RETENTION_MS_DEFAULT = 3 * 24 * 60 * 60 * 1000;

/** Batches of a producer by which one that comes again is known: as many as a Kafka client may have on their way at once. */
export const PRODUCER_BATCHES_REMEMBERED = 5;
/** Sequences of an idempotent producer's records go on at 0 after this. */
export const SEQUENCE_MAX = 0x7fff_ffff;
/** How long a log remembers a producer that writes no more: Kafka's default of `producer.id.expiration.ms`. */
export const PRODUCER_ID_EXPIRATION_MS_DEFAULT = 24 * 60 * 60 * 1000;
/** Producer ids that a store takes from its file at once, as many as Kafka's brokers: a restart leaves the rest unused. */
export const PRODUCER_ID_BLOCK = 1_000;
/** Kafka's `log.retention.check.interval.ms`, and how long after its opening a store looks for the first time. */
export const RETENTION_CHECK_INTERVAL_MS = 5 * 60 * 1000;
export const RETENTION_FIRST_CHECK_MS = 30 * 1000;
/** Retention lets the event loop turn after so many segments, or when it has held it for so long. */
export const RETENTION_STEP_SEGMENTS = 64;
export const RETENTION_TURN_MS = 4;
/** Segments that it takes out of a log at once: that touches no disk. */
export const RETENTION_LEAVING_SEGMENTS = 16;
/** Files that one call of a thread removes. */
export const REMOVED_AT_ONCE = 256;
/** A file of this size is removed on another thread. */
export const REMOVED_ASIDE_BYTES_MIN = 1 * MIB;

/** A producer's bound on what was sent and not acknowledged: Kafka's default of `buffer.memory`. */
export const UNACKNOWLEDGED_BYTES_DEFAULT = 32 * MIB;
/** Sends of one producer that may wait for that bound: somebody who never waits for a promise must not take all memory. */
export const WAITING_SENDS_MAX = 100_000;

/** How often recovery points and start offsets are written when they changed. Kafka's default. */
export const CHECKPOINT_INTERVAL_MS = 60_000;
/** A checkpoint file larger than this is not read: it is not ours. */
export const CHECKPOINT_BYTES_MAX = 64 * MIB;
/** Files that one round of the flusher syncs one by one, before one `syncfs` is cheaper; bytes of a file that are worth a write before its sync: docs/decisions/0008. */
export const FLUSH_EACH_FILES_MAX = 4;
export const SETTLED_BYTES_MIN = 4 * MIB;
/** Durations of flushes that are kept for metrics: about as many as Kafka's own sample has. */
export const RECENT_TIMES_MAX = 1_024;
/** Averages and maxima of a producer are of the last window and the one that goes on: Kafka's defaults of `metrics.sample.window.ms` and their number. */
export const SAMPLE_WINDOW_MS = 30_000;
/** Logs that are checkpointed or closed in one group, and partitions made in one: each may hold three descriptors meanwhile. */
export const LOGS_AT_ONCE = 128;
/** Logs of which a checkpoint writes the indexes before the event loop has its turn: a millisecond or so. */
export const CHECKPOINT_LOGS_A_TURN = 16;
/** Recovery goes to worker threads when there are so many bytes to scan, or when it has taken so long without them. */
export const RECOVERY_THREADS_FROM_BYTES = 64 * MIB;
export const RECOVERY_THREADS_FROM_MS = 250;
/** Small partitions that one recovery task takes together, and up to how many bytes. */
export const RECOVERY_TASK_LOGS_MAX = 64;
export const RECOVERY_TASK_BYTES = 8 * MIB;
/** Worker threads that recover at most, whatever was asked for. */
export const RECOVERY_THREADS_MAX = 64;
/** Findings that a verification keeps of one file: a file full of garbage has one at every entry. */
export const FINDINGS_PER_FILE_MAX = 100;

/** How often transactions that are out of time, and transactional ids that nobody uses, are looked for. Kafka's defaults. */
export const TIMED_OUT_CHECK_MS = 10_000;
export const EXPIRED_IDS_CHECK_MS = 3_600_000;
/** Kafka's `transaction.max.timeout.ms`, the client's `transaction.timeout.ms`, and `transactional.id.expiration.ms`. */
export const TRANSACTION_TIMEOUT_MAX_MS_DEFAULT = 900_000;
export const TRANSACTION_TIMEOUT_MS_DEFAULT = 60_000;
export const TRANSACTIONAL_ID_EXPIRATION_MS_DEFAULT = 7 * 24 * 3_600_000;
/** The end of a transaction: waits between tries, doubled from the first to the longest; for readers to see it; of the next producer (Kafka: `max.block.ms`). */
export const RETRY_BACKOFF_MS = 100;
export const RETRY_BACKOFF_MAX_MS = 1_000;
export const END_SHOWN_WAIT_MS = 500;
export const INIT_WAIT_MS = 60_000;
/** Kafka's defaults of `group.consumer.session.timeout.ms`, `group.consumer.heartbeat.interval.ms` and `group.consumer.regex.refresh.interval.ms`. */
export const GROUP_CONSUMER_SESSION_TIMEOUT_MS_DEFAULT = 45_000;
/** Bounds of what groups may have of their own: Kafka's group.consumer.max.session.timeout.ms and group.consumer.max.heartbeat.interval.ms. */
export const GROUP_CONSUMER_SESSION_TIMEOUT_MAX_MS_DEFAULT = 60_000;
export const GROUP_CONSUMER_HEARTBEAT_INTERVAL_MAX_MS_DEFAULT = 15_000;
export const GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS_DEFAULT = 5_000;
export const GROUP_PATTERN_REFRESH_MS_DEFAULT = 10 * 60_000;

/** The regular expressions of a group are not looked at again before this. Kafka's. */
export const GROUP_PATTERN_REFRESH_MIN_MS = 10_000;

/** Characters of a regular expression that a group may subscribe by, and steps that it may take for a character of a topic's name: what takes more would hold up others. */
export const GROUP_PATTERN_CHARACTERS_MAX = 4_096;
export const GROUP_PATTERN_INSTRUCTIONS_MAX = 5_000;

/** Whoever compares topics with regular expressions lets others have their turn after so long. */
export const GROUP_PATTERN_TURN_MS = 5;

/** Kafka's defaults of `group.min.session.timeout.ms`, `group.max.session.timeout.ms` and `group.max.size`, which bounds nothing. */
export const GROUP_SESSION_TIMEOUT_MIN_MS_DEFAULT = 6_000;
export const GROUP_SESSION_TIMEOUT_MAX_MS_DEFAULT = 1_800_000;
export const GROUP_SIZE_MAX_DEFAULT = 0x7fff_ffff;
/** Kafka's `group.initial.rebalance.delay.ms` of a broker is 3,000: who starts with an empty group waits for it. In a process nobody does. */
export const GROUP_INITIAL_REBALANCE_DELAY_MS_DEFAULT = 0;
/** A member's first join that waits for longer is answered: its client may have gone, and a muted connection does not tell. Kafka's figure. */
export const NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000;
/** Kafka's default of `offsets.topic.segment.bytes` and `transaction.state.log.segment.bytes`. */
export const INTERNAL_SEGMENT_BYTES_DEFAULT = 100 * 1024 * 1024;
/** Kafka's default of `offset.metadata.max.bytes`. */
export const OFFSET_METADATA_CHARACTERS_MAX = 4_096;
/** Kafka's defaults of `offsets.retention.minutes` and `offsets.retention.check.interval.ms`. */
export const OFFSETS_RETENTION_MS_DEFAULT = 7 * 24 * 3_600_000;
export const OFFSETS_RETENTION_CHECK_MS_DEFAULT = 600_000;

/** Memory for the newest offsets of keys while a log is compacted: Kafka's default of `log.cleaner.dedupe.buffer.size`. */
export const COMPACTION_BUFFER_BYTES_DEFAULT = 128 * MIB;
export const COMPACTION_BUFFER_BYTES_MAX = 2 * GIB;
/** How often it is looked for logs to compact: Kafka's default of `log.cleaner.backoff.ms`. */
export const COMPACTION_INTERVAL_MS = 15_000;
/** Segments that are compacted into one: their files are renamed in one turn of the event loop, which must not take long. */
export const COMPACTION_GROUP_SEGMENTS_MAX = 64;
/** A look-up by time inflates a batch up to this size where it is, in milliseconds; a larger one in a thread, which waits so long for another. */
export const SEARCHED_HERE_BYTES_MAX = 1 * MIB;
export const SEARCH_THREAD_IDLE_MS = 5_000;
/** How long the thread that compacts waits for more work before it ends. */
export const COMPACTION_THREAD_IDLE_MS = 5_000;
/** A request on a connection: Kafka's default of `socket.request.max.bytes`. */
export const FRAME_BYTES_MAX_DEFAULT = 100 * MIB;

/** Requests of one connection that wait for their answers: what a client pipelines beyond that stays in its socket. */
export const REQUESTS_IN_LINE_MAX = 64;
/** What is read of a connection whose requests must wait, so that its end, which comes behind them, is seen. Beyond that it stays in its socket. */
export const READ_AHEAD_BYTES_MAX = 64 * KIB;

/** Read from a socket at once: what a client has on its way, usually. The end of a longer frame is read to where it is gathered, less of it is copied there. */
export const READ_BUFFER_BYTES = 256 * KIB;
export const READ_APART_BYTES_MIN = 64 * KIB;
/** A frame that comes in pieces has memory for all of it from its first piece on up to so much: of a longer one a client must send something for what it takes. */
export const GATHERED_AT_ONCE_BYTES_MAX = 1 * MIB + 64 * KIB;
/** Buffers for frames that came in pieces, kept for the next: of frames of a batch or two, and of Kafka's default `max.request.size`. */
export const SPARE_FRAME_BYTES = 64 * KIB;
export const SPARE_FRAMES_MAX = 16;
export const SPARE_LONG_FRAME_BYTES = GATHERED_AT_ONCE_BYTES_MAX;
export const SPARE_LONG_FRAMES_MAX = 4;
/** What the requests of all connections may take together: `queued.max.request.bytes`, which Kafka does not bound by default. */
export const REQUEST_MEMORY_BYTES_DEFAULT = 256 * MIB;
/** Partitions that the fetches of all clients wait for, each of 300 bytes: one fetch more is answered at once, and its connection is not read for so long. */
export const WAITING_PARTITIONS_MAX = 1_000_000;
export const SENT_AWAY_MS = 100;
/** Small answers that are ready in one turn leave together, up to so many bytes: one system call, and one time that the client is woken. */
export const ANSWERS_TOGETHER_BYTES_MAX = 16 * KIB;
/** What is handed to TLS at once: it copies all of it, however slowly the client reads. */
export const TLS_WRITE_BYTES_MAX = 256 * KIB;
/** What a client of a SASL listener may send before it has logged in: Kafka's default of `sasl.server.max.receive.size`. */
export const SASL_FRAME_BYTES_MAX_DEFAULT = 512 * KIB;
/** How long a client may take to log in, and for the handshake of TLS: who holds a connection open and says nothing holds it no longer. */
export const AUTHENTICATION_TIMEOUT_MS = 30_000;
export const TLS_HANDSHAKE_TIMEOUT_MS = 10_000;
/** A message of SASL: what stands in it is bounded below, and the rest is extensions that nobody reads. */
export const SASL_MESSAGE_BYTES_MAX = 16 * KIB;
/** RFC 4616 asks for at least 255 each. */
export const USER_NAME_BYTES_MAX = 1 * KIB;
export const PASSWORD_BYTES_MAX = 1 * KIB;
/** Iterations of a SCRAM credential: Kafka's bounds for one that is made. */
export const SCRAM_ITERATIONS_MIN = 4_096;
export const SCRAM_ITERATIONS_MAX = 16_384;
/** A server that asks a client for more wants its processor. */
export const SCRAM_CLIENT_ITERATIONS_MAX = 1_000_000;
export const SCRAM_SALT_BYTES_MAX = 1 * KIB;
/** Passwords that are derived at once, each for milliseconds on a thread of libuv's pool, which has four; and those that may wait for their turn. */
export const DERIVATIONS_AT_ONCE = 2;
export const DERIVATIONS_WAITING_MAX = 1_000;
/** Credentials and rules of access that a data directory has: each of their files is replaced as a whole. */
export const CREDENTIALS_MAX = 100_000;
export const ACLS_MAX = 100_000;
/** A string of an ACL: what the wire can carry. */
export const ACL_STRING_BYTES_MAX = 0x7fff;

/** Samples that a quota looks at, and how long each is: Kafka's defaults of `quota.window.num` and `quota.window.size.seconds`. */
export const QUOTA_SAMPLES_DEFAULT = 11;
export const QUOTA_SAMPLE_MS_DEFAULT = 1_000;
/** Clients whose rate is remembered, by far more than a broker has connections: a client can name itself anew with each request. */
export const QUOTA_CLIENTS_MAX = 10_000;
/** Quotas that are set. */
export const QUOTAS_MAX = 100_000;
/** Kafka's throttle time is an int32. */
export const THROTTLE_MS_MAX = 0x7fff_ffff;
/**
 * Elements of arrays in one message, all together: an empty string is one byte on the wire and many in memory, so that a frame within its bound could take
 * all there is. A million of strings and structs; numbers, which take less, count a sixteenth.
 */
export const MESSAGE_ELEMENTS_MAX = 1_000_000;
export const NUMBERS_PER_ELEMENT = 16;
/** What a regular expression that a client sent may take. */
export const CLIENT_PATTERN_TIME_MS = 250;

/** A member of a group: Kafka's defaults of `session.timeout.ms`, `heartbeat.interval.ms`, `max.poll.interval.ms` and `auto.commit.interval.ms`. */
export const SESSION_TIMEOUT_MS_DEFAULT = 45_000;
export const HEARTBEAT_INTERVAL_MS_DEFAULT = 3_000;
export const REBALANCE_TIMEOUT_MS_DEFAULT = 300_000;
export const AUTO_COMMIT_INTERVAL_MS_DEFAULT = 5_000;
/** How long a commit is tried again, and an offset asked for that a transaction may still set: Kafka's default of `default.api.timeout.ms`. */
export const COMMIT_TIMEOUT_MS = 60_000;
/** Requests of one thread that its port's coordinator has not answered yet, and groups that it is told of. */
export const PORT_REQUESTS_MAX = 10_000;
/** Topics and patterns that a consumer subscribes to, and assignors that it offers. */
export const SUBSCRIBED_TOPICS_MAX = 100_000;
export const ASSIGNORS_MAX = 16;

/** How often a sticky assignor makes an assignment more even, whatever members say of themselves (four times were seen), and the server-side `uniform` (Kafka's bound). */
export const EVENING_ROUNDS_MAX = 32;
export const UNIFORM_ROUNDS_MAX = 16;

/** The longest that a timer of Node's waits; a longer one would be over at once. 24 days. */
export const TIMER_MAX_MS = 0x7fff_ffff;

/** The broker's web page: samples of each rate (two minutes), what one answer has of topics, partitions of one topic, and connections. */
export const RATES_KEPT_MAX = 120;
export const RATE_INTERVAL_MS = 1_000;
export const SHOWN_TOPICS_MAX = 200;
export const SHOWN_PARTITIONS_MAX = 500;
export const SHOWN_GROUPS_MAX = 200;
export const SHOWN_MEMBERS_MAX = 500;
export const SHOWN_CONNECTIONS_MAX = 100;
/** Time series about single groups in a scrape of the metrics. */
export const GROUP_SERIES_DEFAULT = 10_000;
/** Directories of partitions that nobody has opened, read in one go to know their sizes. */
export const LISTED_PARTITIONS_A_LOOK = 256;
/** Browsers, scrapers and probes at once. */
export const HTTP_CONNECTIONS_MAX = 128;
/** A request line with its headers must have come within this time. */
export const HTTP_REQUEST_MS = 10_000;
