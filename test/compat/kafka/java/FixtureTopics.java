import java.util.LinkedHashMap;
import java.util.Map;

/** The topics of the fixtures: partitions and settings. Segments are tiny so that a few records make several. */
final class FixtureTopics {
    record Topic(int partitions, Map<String, String> config) {}

    static final String TRANSACTION_STATE = "__transaction_state";
    private static final String INDEX_BYTES = "1200";
    private static final Map<String, Topic> TOPICS = new LinkedHashMap<>();

    static {
        // One partition a codec, in the order of Kafka's codec numbers.
        add("codecs", 5, 6144, Map.of());
        add("transactions", 1, 1536, Map.of());
        add("compacted", 1, 2048, Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.01"));
        add("stamped", 1, 1536, Map.of("message.timestamp.type", "LogAppendTime"));
        add("trimmed", 1, 2048, Map.of());
        add("empty", 1, 2048, Map.of());
    }

    private FixtureTopics() {}

    private static void add(String name, int partitions, int segmentBytes, Map<String, String> extra) {
        Map<String, String> config = new LinkedHashMap<>();
        config.put("internal.segment.bytes", Integer.toString(segmentBytes));
        config.put("segment.index.bytes", INDEX_BYTES);
        config.put("index.interval.bytes", "512");
        config.put("retention.ms", "-1");
        config.put("file.delete.delay.ms", "0");
        config.putAll(extra);
        TOPICS.put(name, new Topic(partitions, config));
    }

    static Map<String, Topic> all() {
        return TOPICS;
    }

    /** The settings a directory was written with; Kafka's own topic has those of the broker's properties. */
    static Map<String, String> config(String topic) {
        if (topic.equals(TRANSACTION_STATE)) return Map.of("segment.index.bytes", INDEX_BYTES, "cleanup.policy", "compact");
        Topic known = TOPICS.get(topic);
        if (known == null) throw new IllegalArgumentException("no fixture topic " + topic);
        return known.config();
    }
}
