import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's own transactional producer with offsets of a group, against a broker: plain commits, committed ones and aborted ones, in turn. */
final class TransactionClient {
    private TransactionClient() {}

    /** Commits and aborts, and returns what the group has committed before and in the end: `[topic, partition, offset, metadata]`. */
    static JsonNode commitOffsets(JsonNode command) throws Exception {
        String server = command.get("server").asText();
        String group = command.get("group").asText();
        String topic = command.get("topic").asText();
        Map<String, Object> settings = Map.of("bootstrap.servers", server, "group.id", group, "enable.auto.commit", false);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server));
             KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
             KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", server,
                 "transactional.id", command.get("transactionalId").asText()), new ByteArraySerializer(), new ByteArraySerializer())) {
            if (!admin.listTopics().names().get().contains(topic)) admin.createTopics(List.of(new NewTopic(topic, 4, (short) 1))).all().get();
            JsonNode before = committed(admin, group);
            producer.initTransactions();
            consumer.assign(List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1)));
            consumer.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(1, "plain"), new TopicPartition(topic, 1), new OffsetAndMetadata(1, "plain")));
            transaction(producer, consumer.groupMetadata(), topic, 10, true);
            consumer.commitSync(Map.of(new TopicPartition(topic, 1), new OffsetAndMetadata(20, "after")));
            transaction(producer, consumer.groupMetadata(), topic, 30, false);
            ObjectNode report = LogReport.JSON.createObjectNode();
            report.set("before", before);
            report.set("offsets", committed(admin, group));
            return report;
        }
    }

    /** Offsets `offset` and the next for partitions 0 and 2, with a record. */
    private static void transaction(KafkaProducer<byte[], byte[]> producer, ConsumerGroupMetadata group, String topic, long offset, boolean commits) {
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(topic, 3, null, new byte[] {1}));
        producer.sendOffsetsToTransaction(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(offset, "in a transaction"),
            new TopicPartition(topic, 2), new OffsetAndMetadata(offset + 1)), group);
        if (commits) producer.commitTransaction();
        else producer.abortTransaction();
    }

    private static JsonNode committed(Admin admin, String group) throws Exception {
        Map<String, ArrayNode> rows = new TreeMap<>();
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().forEach((partition, offset) ->
            rows.put(partition.toString(), LogReport.JSON.createArrayNode().add(partition.topic()).add(partition.partition()).add(offset.offset()).add(offset.metadata())));
        ArrayNode list = LogReport.JSON.createArrayNode();
        rows.values().forEach(list::add);
        return list;
    }
}
