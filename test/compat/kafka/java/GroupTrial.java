import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's own consumers in groups, against a broker: what they report must not depend on whose broker it is. The topic has six partitions. */
final class GroupTrial {
    private static final int PARTITIONS = 6;
    private static final int RECORDS = 60;
    private static final Duration POLL = Duration.ofMillis(50);

    private final String server;
    private final String topic;
    private final ObjectNode report = LogReport.JSON.createObjectNode();

    private GroupTrial(JsonNode command) {
        server = command.get("server").asText();
        topic = command.get("topic").asText();
    }

    static JsonNode run(JsonNode command) throws Exception {
        GroupTrial trial = new GroupTrial(command);
        trial.produce();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", trial.server))) {
            trial.manual(admin);
            trial.automatic(admin);
            trial.cooperative(admin);
            trial.statics(admin);
            trial.administration(admin);
        }
        return trial.report;
    }

    private void produce() throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", server), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < RECORDS; i++) producer.send(new ProducerRecord<>(topic, i % PARTITIONS, null, new byte[] {(byte) i})).get();
        }
    }

    private Member member(String group, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(Map.of("bootstrap.servers", server, "group.id", group, "auto.offset.reset", "earliest",
            "enable.auto.commit", false, "heartbeat.interval.ms", 100, "session.timeout.ms", 10_000));
        all.putAll(settings);
        return new Member(new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer()), topic);
    }

    /** Reads half, commits it, and another goes on from there; who has been left out of the group cannot commit. */
    private void manual(Admin admin) throws Exception {
        try (Member first = member("manual", Map.of("max.poll.records", 1))) {
            until(() -> first.count >= RECORDS / 2, first);
            first.consumer.commitSync();
            report.put("manual: read", first.count);
        }
        // Which partitions come first is the client's affair.
        report.put("manual: committed", sumOfCommitted(admin));
        try (Member second = member("manual", Map.of())) {
            until(() -> second.count >= RECORDS / 2, second);
            Map<TopicPartition, OffsetAndMetadata> noted = Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(4, "noted"));
            second.consumer.commitSync(noted);
            report.put("manual: read by another", second.count);
            admin.removeMembersFromConsumerGroup("manual", new org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions()).all().get();
            try {
                second.consumer.commitSync(noted);
                report.put("manual: commit of who was removed", "taken");
            } catch (CommitFailedException refused) {
                report.put("manual: commit of who was removed", "refused");
            }
        }
        report.set("manual: noted in the end", committed(admin, "manual").get(topic + "-0"));
    }

    private void automatic(Admin admin) throws Exception {
        try (Member all = member("automatic", Map.of("enable.auto.commit", true, "auto.commit.interval.ms", 100))) {
            until(() -> all.count >= RECORDS, all);
            until(() -> committedQuietly(admin, "automatic").size() == PARTITIONS, all);
        }
        report.set("automatic: committed", committed(admin, "automatic"));
    }

    /** The second takes half of the first one's partitions, and the first keeps the others all the while. */
    private void cooperative(Admin admin) throws Exception {
        Map<String, Object> settings = Map.of("partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
        try (Member second = member("cooperative", settings)) {
            try (Member first = member("cooperative", settings)) {
                until(() -> first.assigned() == PARTITIONS, first);
                until(() -> first.assigned() == PARTITIONS / 2 && second.assigned() == PARTITIONS / 2, first, second);
                report.put("cooperative: revoked of the first", first.revoked);
                report.put("cooperative: assigned to the first", first.given);
                report.put("cooperative: lost", first.lost + second.lost);
                ConsumerGroupDescription described = admin.describeConsumerGroups(List.of("cooperative")).all().get().get("cooperative");
                report.put("cooperative: described", described.groupState() + " " + described.partitionAssignor() + " " + described.members().size() + " " + described.type());
            }
            until(() -> second.assigned() == PARTITIONS, second);
            report.put("cooperative: assigned to the second", second.given);
        }
    }

    /** A static member comes back with another id: nothing moves. */
    private void statics(Admin admin) throws Exception {
        Map<String, Object> other = Map.of("group.instance.id", "other");
        int generation;
        Set<TopicPartition> before;
        try (Member stays = member("instances", Map.of("group.instance.id", "stays"))) {
            try (Member leaves = member("instances", other)) {
                until(() -> stays.assigned() == PARTITIONS / 2 && leaves.assigned() == PARTITIONS / 2, stays, leaves);
                generation = stays.consumer.groupMetadata().generationId();
                before = Set.copyOf(leaves.consumer.assignment());
            }
            try (Member back = member("instances", other)) {
                until(() -> back.assigned() == PARTITIONS / 2, back);
                for (int i = 0; i < 10; i++) stays.poll();
                report.put("static: the same partitions", before.equals(back.consumer.assignment()));
                report.put("static: the same generation", generation == back.consumer.groupMetadata().generationId() && generation == stays.consumer.groupMetadata().generationId());
            }
        }
        report.put("static: members that are kept", admin.describeConsumerGroups(List.of("instances")).all().get().get("instances").members().size());
    }

    private void administration(Admin admin) throws Exception {
        TopicPartition partition = new TopicPartition(topic, 1);
        admin.alterConsumerGroupOffsets("made", Map.of(partition, new OffsetAndMetadata(5))).all().get();
        report.set("made: committed", committed(admin, "made"));
        report.put("made: state", admin.describeConsumerGroups(List.of("made")).all().get().get("made").groupState().toString());
        admin.deleteConsumerGroupOffsets("made", Set.of(partition)).all().get();
        report.set("made: committed in the end", committed(admin, "made"));
        admin.deleteConsumerGroups(List.of("manual", "automatic")).all().get();
        ArrayNode names = report.putArray("groups that are left");
        admin.listGroups().all().get().stream().filter(group -> List.of("manual", "automatic", "cooperative").contains(group.groupId()))
            .map(group -> group.groupId() + " " + group.type().orElse(null) + " " + group.protocol() + " " + group.groupState().orElse(null)).sorted().forEach(names::add);
    }

    private static void until(BooleanSupplier isDone, Member... members) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!isDone.getAsBoolean()) {
            for (Member member : members) member.poll();
            if (System.nanoTime() > end) throw new IllegalStateException("it takes longer than a minute");
        }
    }

    private static JsonNode committed(Admin admin, String group) throws Exception {
        Map<String, String> rows = new TreeMap<>();
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().forEach((partition, offset) ->
            rows.put(partition.toString(), offset.offset() + " " + offset.metadata()));
        return LogReport.JSON.valueToTree(rows);
    }

    private static long sumOfCommitted(Admin admin) throws Exception {
        return admin.listConsumerGroupOffsets("manual").partitionsToOffsetAndMetadata().get().values().stream().mapToLong(OffsetAndMetadata::offset).sum();
    }

    private static JsonNode committedQuietly(Admin admin, String group) {
        try {
            return committed(admin, group);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static final class Member implements AutoCloseable, ConsumerRebalanceListener {
        final KafkaConsumer<byte[], byte[]> consumer;
        int count;
        int given;
        int revoked;
        int lost;

        Member(KafkaConsumer<byte[], byte[]> consumer, String topic) {
            this.consumer = consumer;
            consumer.subscribe(List.of(topic), this);
        }

        void poll() {
            count += consumer.poll(POLL).count();
        }

        int assigned() {
            return consumer.assignment().size();
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
            given += added.size();
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> removed) {
            revoked += removed.size();
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> gone) {
            lost += gone.size();
        }

        @Override
        public void close() {
            consumer.close();
        }
    }
}
