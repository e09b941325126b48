import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.SimpleRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/** Kafka's own clients against a broker that serves our files: the commands of the judge that need a server. */
final class BrokerClient {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private BrokerClient() {}

    static JsonNode createTopic(JsonNode command) throws Exception {
        Map<String, String> config = new HashMap<>();
        command.get("config").properties().forEach(entry -> config.put(entry.getKey(), entry.getValue().asText()));
        try (Admin admin = admin(command)) {
            NewTopic topic = new NewTopic(command.get("topic").asText(), command.get("partitions").asInt(), (short) 1);
            admin.createTopics(List.of(topic.configs(KafkaLog.properties(config)))).all().get();
        }
        return LogReport.JSON.createObjectNode();
    }

    /** Reads all, digests it as one, looks up times, and seeks to offsets and tells which one came. */
    static JsonNode consume(JsonNode command) {
        ObjectNode report = LogReport.JSON.createObjectNode();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", server(command), "isolation.level", "read_committed",
            "max.poll.records", 5000, "fetch.max.wait.ms", 10), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(command.get("topic").asText(), command.get("partition").asInt());
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            report.put("logStartOffset", consumer.position(partition)).put("logEndOffset", end);
            MessageDigest digest = LogReport.sha256();
            long count = 0;
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : poll(consumer)) {
                    LogReport.digest(digest, record.offset(), record.timestamp(), record.key(), record.value(), record.headers().toArray());
                    count++;
                }
            }
            report.put("records", count).put("digest", HexFormat.of().formatHex(digest.digest()));
            ArrayNode lookups = report.putArray("lookups");
            for (JsonNode timestamp : command.get("timestamps")) {
                OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(partition, timestamp.asLong())).get(partition);
                ArrayNode row = lookups.addArray().add(timestamp.asLong());
                if (found == null) row.addNull().addNull();
                else row.add(found.offset()).add(found.timestamp());
            }
            ArrayNode sought = report.putArray("sought");
            for (JsonNode offset : command.get("offsets")) {
                consumer.seek(partition, offset.asLong());
                sought.add(poll(consumer).iterator().next().offset());
            }
        }
        return report;
    }

    /** Appends records by an idempotent producer, one batch, and returns the offset of the last. */
    static JsonNode produce(JsonNode command) throws Exception {
        FixtureRecords source = new FixtureRecords(command.get("count").asLong(), FixtureRecords.EPOCH);
        ObjectNode report = LogReport.JSON.createObjectNode();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", server(command), "compression.type", "zstd",
            "linger.ms", 100), new ByteArraySerializer(), new ByteArraySerializer())) {
            long last = -1;
            for (int i = 0; i < command.get("count").asInt(); i++) {
                SimpleRecord record = source.next();
                last = producer.send(new ProducerRecord<>(command.get("topic").asText(), command.get("partition").asInt(), record.timestamp(),
                    Utils.toNullableArray(record.key()), Utils.toNullableArray(record.value()), List.of(record.headers()))).get().offset();
            }
            report.put("lastOffset", last);
        }
        return report;
    }

    /** Records, or an exception: an empty answer would make a loop without end. */
    private static ConsumerRecords<byte[], byte[]> poll(KafkaConsumer<byte[], byte[]> consumer) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(PATIENCE);
        if (records.isEmpty()) throw new IllegalStateException("the broker had nothing for " + PATIENCE);
        return records;
    }

    private static Admin admin(JsonNode command) {
        return Admin.create(Map.of("bootstrap.servers", server(command)));
    }

    private static String server(JsonNode command) {
        return command.get("server").asText();
    }
}
