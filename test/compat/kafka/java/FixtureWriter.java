import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.SimpleRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * Fills a running broker with what the fixtures show.
 *
 *   FixtureWriter bootstrap-server log-dir create|first|second|last
 *
 * `first` and `second` are run with a restart in between, so that there are two leader epochs. `last` ends with a transaction
 * left open: the broker is killed after it.
 */
public final class FixtureWriter {
    private static final int RECORDS_PER_BATCH = 6;

    private final String server;
    private final Path logDir;
    private final String stage;

    private FixtureWriter(String server, Path logDir, String stage) {
        this.server = server;
        this.logDir = logDir;
        this.stage = stage;
    }

    public static void main(String[] arguments) throws Exception {
        FixtureWriter writer = new FixtureWriter(arguments[0], Path.of(arguments[1]), arguments[2]);
        switch (arguments[2]) {
            case "create" -> writer.create();
            case "first", "second" -> writer.fill();
            case "last" -> writer.last();
            default -> throw new IllegalArgumentException("unknown stage " + arguments[2]);
        }
        // A producer with an open transaction must not be closed: closing aborts it.
        Runtime.getRuntime().halt(0);
    }

    private void create() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
            List<NewTopic> topics = new ArrayList<>();
            FixtureTopics.all().forEach((name, topic) -> topics.add(new NewTopic(name, topic.partitions(), (short) 1).configs(topic.config())));
            admin.createTopics(topics).all().get();
        }
    }

    private void fill() throws Exception {
        codecs(4, true);
        transactions();
        compacted();
        stamped();
        trimmed();
    }

    private void last() throws Exception {
        codecs(2, false);
        KafkaProducer<byte[], byte[]> left = transactional("left-open");
        left.beginTransaction();
        batch(left, "transactions", 0, recent(90), 4);
    }

    /** Batches of the five codecs; the large one only when asked, so that a segment is not all it. */
    private void codecs(int batches, boolean large) throws Exception {
        for (CompressionType codec : CompressionType.values()) {
            try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("compression.type", codec.name, "enable.idempotence", "false"))) {
                FixtureRecords source = source(codec.id);
                for (int i = 0; i < batches; i++) batch(producer, "codecs", codec.id, source, RECORDS_PER_BATCH);
                if (large && codec != CompressionType.NONE && stage.equals("first")) send(producer, "codecs", codec.id, List.of(source.large()));
                for (int i = 0; i < batches; i++) batch(producer, "codecs", codec.id, source, RECORDS_PER_BATCH);
            }
        }
    }

    /** Committed, aborted and interleaved transactions, and idempotent batches between them, over several segments. */
    private void transactions() throws Exception {
        FixtureRecords source = recent(20);
        try (KafkaProducer<byte[], byte[]> one = transactional("one");
             KafkaProducer<byte[], byte[]> two = transactional("two");
             KafkaProducer<byte[], byte[]> plain = producer(Map.of("compression.type", "lz4"))) {
            for (int round = 0; round < 2; round++) {
                one.beginTransaction();
                two.beginTransaction();
                for (int i = 0; i < 2; i++) {
                    batch(one, "transactions", 0, source, 3);
                    batch(two, "transactions", 0, source, 3);
                    batch(plain, "transactions", 0, source, 2);
                }
                two.abortTransaction();
                batch(one, "transactions", 0, source, 1);
                if (round == 1) one.abortTransaction();
                else one.commitTransaction();
            }
        }
    }

    /** Few keys, many values, some deleted; then waits until the cleaner has been over it, which leaves gaps in the offsets. */
    private void compacted() throws Exception {
        FixtureRecords source = source(30);
        long end = 0;
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("compression.type", "gzip"))) {
            for (int i = 0; i < 12; i++) end = batch(producer, "compacted", 0, source, RECORDS_PER_BATCH);
        }
        long written = end;
        await("the cleaner", () -> cleanedUpTo("compacted 0 ") >= written - 8 * RECORDS_PER_BATCH);
    }

    private void stamped() throws Exception {
        FixtureRecords source = source(40);
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("compression.type", "snappy"));
             KafkaProducer<byte[], byte[]> plain = producer(Map.of())) {
            for (int i = 0; i < 3; i++) {
                batch(producer, "stamped", 0, source, RECORDS_PER_BATCH);
                batch(plain, "stamped", 0, source, RECORDS_PER_BATCH);
            }
        }
    }

    /** Deletes records up to an offset inside a batch; whole segments before it go away. */
    private void trimmed() throws Exception {
        FixtureRecords source = source(50);
        long end = 0;
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            for (int i = 0; i < 8; i++) end = batch(producer, "trimmed", 0, source, RECORDS_PER_BATCH);
        }
        long before = end - 20;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
            admin.deleteRecords(Map.of(new TopicPartition("trimmed", 0), RecordsToDelete.beforeOffset(before))).all().get();
        }
        await("the deletion of segments", () -> logFiles("trimmed-0") <= 3);
    }

    /** Sends records as one batch and returns the log end after it. */
    private long batch(KafkaProducer<byte[], byte[]> producer, String topic, int partition, FixtureRecords source, int count) throws Exception {
        List<SimpleRecord> records = new ArrayList<>();
        while (records.size() < count) {
            SimpleRecord record = source.next();
            // A compacted topic takes no record without a key.
            if (record.key() != null || !topic.equals("compacted")) records.add(record);
        }
        return send(producer, topic, partition, records);
    }

    private static long send(KafkaProducer<byte[], byte[]> producer, String topic, int partition, List<SimpleRecord> records)
        throws InterruptedException, ExecutionException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (SimpleRecord record : records) {
            byte[] key = Utils.toNullableArray(record.key());
            byte[] value = Utils.toNullableArray(record.value());
            sent.add(producer.send(new ProducerRecord<>(topic, partition, record.timestamp(), key, value, List.of(record.headers()))));
        }
        producer.flush();
        long end = 0;
        for (Future<RecordMetadata> one : sent) end = one.get().offset() + 1;
        return end;
    }

    private FixtureRecords source(int seed) {
        return new FixtureRecords(seed * 1000L + stage.hashCode(), FixtureRecords.EPOCH);
    }

    /** Times of today: Kafka forgets a producer whose last batch is older than a day, and the fixtures are to show producers. */
    private FixtureRecords recent(int seed) {
        return new FixtureRecords(seed * 1000L + stage.hashCode(), System.currentTimeMillis() - 60_000);
    }

    private KafkaProducer<byte[], byte[]> transactional(String id) {
        KafkaProducer<byte[], byte[]> producer = producer(Map.of("transactional.id", id));
        producer.initTransactions();
        return producer;
    }

    /** Lingers longer than any test: only flush() ends a batch, so batches are as the code above says. */
    private KafkaProducer<byte[], byte[]> producer(Map<String, String> extra) {
        Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", server, "linger.ms", 60_000, "batch.size", 262_144, "acks", "all"));
        config.putAll(extra);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private long cleanedUpTo(String prefix) {
        try {
            for (String line : Files.readAllLines(logDir.resolve("cleaner-offset-checkpoint"))) {
                if (line.startsWith(prefix)) return Long.parseLong(line.substring(prefix.length()));
            }
        } catch (IOException notYet) {
            return 0;
        }
        return 0;
    }

    private long logFiles(String partition) {
        String[] names = logDir.resolve(partition).toFile().list((directory, name) -> name.endsWith(".log"));
        return names == null ? 0 : names.length;
    }

    private static void await(String what, BooleanSupplier done) throws InterruptedException {
        for (int i = 0; i < 600 && !done.getAsBoolean(); i++) Thread.sleep(100);
        if (!done.getAsBoolean()) throw new IllegalStateException("waited a minute for " + what);
    }
}
