import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Groups of every kind commit by Kafka's own clients, and some of it is forgotten: what a broker then answers of each of them. */
final class OffsetTrial {
    private static final String TOPIC = "in";
    private static final String OTHER = "other";
    private static final int PARTITIONS = 3;
    private final String server;
    private final Admin admin;

    private OffsetTrial(String server, Admin admin) {
        this.server = server;
        this.admin = admin;
    }

    /** Field: server, of a broker without topics. Returns the offsets of each group, and those of the one with an open transaction that are stable. */
    static JsonNode run(JsonNode command) throws Exception {
        String server = command.get("server").asText();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
            return new OffsetTrial(server, admin).play();
        }
    }

    private JsonNode play() throws Exception {
        admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1), new NewTopic(OTHER, 1, (short) 1))).all().get();
        admin.alterConsumerGroupOffsets("simple", Map.of(in(0), at(7, "größe"), in(1), at(8, ""), in(2), new OffsetAndMetadata(5_000_000_000L))).all().get();
        admin.deleteConsumerGroupOffsets("simple", Set.of(in(1))).all().get();
        admin.alterConsumerGroupOffsets("forgotten", Map.of(in(0), at(1, ""))).all().get();
        admin.deleteConsumerGroups(List.of("forgotten")).all().get();
        admin.alterConsumerGroupOffsets("of a topic that is deleted", Map.of(in(0), at(3, ""), new TopicPartition(OTHER, 0), at(4, ""))).all().get();
        admin.deleteTopics(List.of(OTHER)).all().get();
        members("classic");
        members("consumer");
        try (KafkaProducer<byte[], byte[]> producer = producer("mover"); KafkaProducer<byte[], byte[]> other = producer("other")) {
            transaction(producer, Map.of(in(0), at(10, "moved"), in(1), at(11, "moved")));
            producer.commitTransaction();
            transaction(producer, Map.of(in(0), at(20, "aborted"), in(2), at(20, "aborted")));
            producer.abortTransaction();
            // The plain commit stands later in the log than what the transaction wrote, which ends after it.
            transaction(producer, Map.of(in(1), at(30, "overtaken"), in(2), at(31, "")));
            admin.alterConsumerGroupOffsets("moved", Map.of(in(1), at(29, "plain"))).all().get();
            // And the other one is taken away with what is forgotten.
            admin.alterConsumerGroupOffsets("moved", Map.of(in(2), at(1, ""))).all().get();
            admin.deleteConsumerGroupOffsets("moved", Set.of(in(2))).all().get();
            producer.commitTransaction();
            // Left open, and still open when the broker stops.
            transaction(other, Map.of(in(0), at(40, "open"), in(2), at(41, "open")));
            ObjectNode report = LogReport.JSON.createObjectNode();
            ObjectNode groups = report.putObject("groups");
            for (String group : List.of("simple", "forgotten", "of a topic that is deleted", "classic", "consumer", "moved")) groups.set(group, committed(group, false));
            report.set("stable", committed("moved", true));
            return report;
        } finally {
            // Closing aborted it: the report is of the time before, and one more is opened.
            KafkaProducer<byte[], byte[]> left = producer("left");
            transaction(left, Map.of(in(0), at(50, "open"), in(2), at(51, "open")));
            left.close(Duration.ZERO);
        }
    }

    /** A member that reads nothing and commits by its own positions. */
    private void members(String protocol) {
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", server, "group.id", protocol, "group.protocol", protocol,
            "enable.auto.commit", false, "auto.offset.reset", "earliest"));
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(TOPIC));
            for (int i = 0; i < 100 && consumer.assignment().size() < PARTITIONS; i++) consumer.poll(Duration.ofMillis(200));
            consumer.commitSync();
            consumer.commitSync(Map.of(in(1), new OffsetAndMetadata(6, Optional.of(0), "by " + protocol)));
        }
    }

    /** Begins one for a group without members. */
    private void transaction(KafkaProducer<byte[], byte[]> producer, Map<TopicPartition, OffsetAndMetadata> offsets) {
        Map<String, Object> settings = Map.of("bootstrap.servers", server, "group.id", "moved", "enable.auto.commit", false);
        producer.beginTransaction();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
        }
    }

    private KafkaProducer<byte[], byte[]> producer(String transactionalId) {
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", server, "transactional.id", transactionalId, "transaction.timeout.ms", 600_000),
            new ByteArraySerializer(), new ByteArraySerializer());
        producer.initTransactions();
        return producer;
    }

    /** `[topic, partition, offset, leader epoch, metadata]` in the order of the partitions. Asked for stable ones, the client leaves out the others. */
    private JsonNode committed(String group, boolean stable) throws Exception {
        Map<String, ArrayNode> rows = new TreeMap<>();
        admin.listConsumerGroupOffsets(group, new ListConsumerGroupOffsetsOptions().requireStable(stable)).partitionsToOffsetAndMetadata().get().forEach((partition, offset) ->
            rows.put(partition.toString(), LogReport.JSON.createArrayNode().add(partition.topic()).add(partition.partition()).add(offset.offset())
                .add(offset.leaderEpoch().orElse(-1)).add(offset.metadata())));
        ArrayNode list = LogReport.JSON.createArrayNode();
        rows.values().forEach(list::add);
        return list;
    }

    private static TopicPartition in(int partition) {
        return new TopicPartition(TOPIC, partition);
    }

    private static OffsetAndMetadata at(long offset, String metadata) {
        return new OffsetAndMetadata(offset, metadata);
    }
}
