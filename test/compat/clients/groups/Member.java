import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Kafka's own consumer as a member of a group: groups.mjs says what it is told, and what it tells. */
public final class Member implements ConsumerRebalanceListener {
    private static final Map<String, String> ASSIGNORS = Map.of("range", "RangeAssignor", "roundrobin", "RoundRobinAssignor",
        "sticky", "StickyAssignor", "cooperative-sticky", "CooperativeStickyAssignor");
    private static volatile boolean isEnded;
    private final KafkaConsumer<String, String> consumer;
    private final TreeSet<Integer> held = new TreeSet<>();
    /** It has read what it has not committed. */
    private boolean isBehind;

    private Member(KafkaConsumer<String, String> consumer) {
        this.consumer = consumer;
    }

    public static void main(String[] args) throws Exception {
        JsonNode told = new ObjectMapper().readTree(args[0]);
        boolean auto = told.path("auto").asBoolean(false);
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", told.get("address").asText(), "group.id", told.get("group").asText(),
            "session.timeout.ms", told.path("sessionMs").asInt(6000), "heartbeat.interval.ms", 200, "enable.auto.commit", auto,
            "auto.commit.interval.ms", 100, "auto.offset.reset", "earliest", "max.poll.records", 1));
        if (told.path("protocol").asText().equals("consumer")) {
            settings.put("group.protocol", "consumer");
            // The broker says these.
            settings.keySet().removeAll(List.of("session.timeout.ms", "heartbeat.interval.ms"));
        }
        if (told.hasNonNull("instance")) settings.put("group.instance.id", told.get("instance").asText());
        if (told.hasNonNull("assignor"))
            settings.put("partition.assignment.strategy", "org.apache.kafka.clients.consumer." + ASSIGNORS.get(told.get("assignor").asText()));
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            isEnded = true;
            try {
                main.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }));
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            Member member = new Member(consumer);
            if (told.hasNonNull("pattern")) consumer.subscribe(new SubscriptionPattern(told.get("pattern").asText()), member);
            else consumer.subscribe(List.of(told.get("topic").asText()), member);
            while (!isEnded) member.read(!auto);
        }
    }

    private void read(boolean commits) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
            System.out.printf("{\"partition\":%d,\"offset\":%d,\"value\":\"%s\"}%n", record.partition(), record.offset(), record.value());
            isBehind = commits;
        }
        if (isBehind) commit();
    }

    /** What cannot be committed while a rebalance is on its way is, when that takes partitions away or is over. */
    private void commit() {
        try {
            consumer.commitSync();
            isBehind = false;
        } catch (RebalanceInProgressException later) {
            // The next poll goes on with the rebalance.
        }
    }

    private void tell() {
        System.out.printf("{\"assigned\":%s}%n", held);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> added) {
        added.forEach(each -> held.add(each.partition()));
        tell();
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> removed) {
        if (isBehind) commit();
        removed.forEach(each -> held.remove(each.partition()));
        tell();
    }
}
