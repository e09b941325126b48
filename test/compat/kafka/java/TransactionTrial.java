import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What a program with Kafka's client does with transactions, and what it sees of it: the same on each broker. */
final class TransactionTrial {
    private static final int PARTITIONS = 2;
    private final String server;
    private final String topic;
    private final ArrayNode events = LogReport.JSON.createArrayNode();

    private TransactionTrial(String server, String topic) {
        this.server = server;
        this.topic = topic;
    }

    /** Fields: server, topic (of two partitions, empty), lateMs. Returns what happened, and what consumers read by partition. */
    static JsonNode run(JsonNode command) throws Exception {
        TransactionTrial trial = new TransactionTrial(command.get("server").asText(), command.get("topic").asText());
        trial.commitAndAbort();
        trial.takeOver();
        trial.runOutOfTime(command.get("lateMs").asLong());
        trial.idempotent();
        ObjectNode report = LogReport.JSON.createObjectNode();
        report.set("events", trial.events);
        report.set("committed", trial.consume("read_committed"));
        report.set("all", trial.consume("read_uncommitted"));
        return report;
    }

    private void commitAndAbort() {
        Map<String, Object> group = Map.of("bootstrap.servers", server, "group.id", "java", "enable.auto.commit", false);
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("transactional.id", "java"));
             KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(group, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            producer.initTransactions();
            for (int i = 0; i < 4; i++) {
                producer.beginTransaction();
                for (int partition = 0; partition < PARTITIONS; partition++) send(producer, partition, "t" + i);
                producer.sendOffsetsToTransaction(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(i, "after " + i)),
                    consumer.groupMetadata());
                send(producer, 0, "more of t" + i);
                // An abort gives up what was not sent.
                producer.flush();
                if (i % 2 == 0) producer.commitTransaction();
                else producer.abortTransaction();
            }
        }
    }

    private void takeOver() throws Exception {
        try (KafkaProducer<byte[], byte[]> before = producer(Map.of("transactional.id", "java"));
             KafkaProducer<byte[], byte[]> after = producer(Map.of("transactional.id", "java"))) {
            before.initTransactions();
            before.beginTransaction();
            send(before, 1, "left open");
            before.flush();
            after.initTransactions();
            attempt("a send of the one before", () -> before.send(record(1, "zombie")).get());
            attempt("a commit of the one before", before::commitTransaction);
            after.beginTransaction();
            send(after, 1, "taken over");
            after.commitTransaction();
        }
    }

    private void runOutOfTime(long lateMs) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("transactional.id", "late", "transaction.timeout.ms", 300))) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, 0, "in time");
            producer.flush();
            Thread.sleep(lateMs);
            attempt("a send too late", () -> producer.send(record(0, "too late")).get());
            attempt("a commit too late", producer::commitTransaction);
            attempt("an abort too late", producer::abortTransaction);
            attempt("another transaction", () -> {
                producer.beginTransaction();
                send(producer, 0, "begun anew");
                producer.commitTransaction();
                return null;
            });
        }
    }

    private void idempotent() {
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("linger.ms", 1, "batch.size", 64))) {
            for (int i = 0; i < 200; i++) send(producer, i % PARTITIONS, "i" + i);
        }
    }

    private interface Action {
        Object run() throws Exception;
    }

    private void attempt(String what, Runnable action) throws Exception {
        attempt(what, () -> {
            action.run();
            return null;
        });
    }

    /** Notes how it ended. */
    private void attempt(String what, Action action) throws Exception {
        String outcome = "done";
        try {
            action.run();
        } catch (ExecutionException failure) {
            outcome = failure.getCause().getClass().getSimpleName();
        } catch (RuntimeException failure) {
            outcome = failure.getClass().getSimpleName();
        }
        events.add(what + ": " + outcome);
    }

    private KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put("bootstrap.servers", server);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void send(KafkaProducer<byte[], byte[]> producer, int partition, String value) {
        producer.send(record(partition, value));
    }

    private ProducerRecord<byte[], byte[]> record(int partition, String value) {
        return new ProducerRecord<>(topic, partition, null, value.getBytes(StandardCharsets.UTF_8));
    }

    /** `[offset, value]` by partition, up to the end that the isolation level shows. */
    private JsonNode consume(String isolation) {
        ArrayNode logs = LogReport.JSON.createArrayNode();
        Map<String, Object> settings = Map.of("bootstrap.servers", server, "isolation.level", isolation,
            "auto.offset.reset", "earliest", "enable.auto.commit", false);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            for (int i = 0; i < PARTITIONS; i++) {
                TopicPartition partition = new TopicPartition(topic, i);
                consumer.assign(List.of(partition));
                consumer.seekToBeginning(List.of(partition));
                long end = consumer.endOffsets(List.of(partition)).get(partition);
                ArrayNode log = logs.addArray();
                while (consumer.position(partition) < end) {
                    consumer.poll(Duration.ofMillis(500)).forEach(record ->
                        log.addArray().add(record.offset()).add(new String(record.value(), StandardCharsets.UTF_8)));
                }
                log.add(end);
            }
        }
        return logs;
    }
}
