import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.storage.internals.log.UnifiedLog;

/**
 * Opens every partition of a log directory as a broker would and writes what Kafka finds in it: one file a partition, first
 * line the log, then a line a batch.
 *
 *   FixtureExpect log-dir same-log-dir expected-dir
 *
 * The first is opened with its own checkpoints, the second as if nothing were known but the logs. Both are changed, so give copies.
 */
public final class FixtureExpect {
    private FixtureExpect() {}

    public static void main(String[] arguments) throws IOException {
        File logDir = new File(arguments[0]);
        File unknown = new File(arguments[1]);
        Path target = Files.createDirectories(Path.of(arguments[2]));
        boolean clean = new File(logDir, ".kafka_cleanshutdown").exists();
        Map<String, Long> recoveryPoints = checkpoint(logDir, "recovery-point-offset-checkpoint");
        Map<String, Long> startOffsets = checkpoint(logDir, "log-start-offset-checkpoint");
        File[] directories = logDir.listFiles(File::isDirectory);
        for (File directory : directories) {
            TopicPartition partition = UnifiedLog.parseTopicPartitionName(directory);
            String key = partition.topic() + " " + partition.partition();
            ObjectNode rebuilt = recoverAll(new File(unknown, directory.getName()), partition, startOffsets.getOrDefault(key, 0L));
            write(directory, rebuilt, partition, startOffsets.getOrDefault(key, 0L), recoveryPoints.getOrDefault(key, 0L), clean,
                target.resolve(directory.getName() + ".ndjson"));
        }
        System.err.println("expected: " + directories.length + " partitions, " + (clean ? "clean" : "recovered"));
    }

    /** The files after Kafka recovered every segment: what its own algorithm makes of the logs alone. */
    private static ObjectNode recoverAll(File directory, TopicPartition partition, long startOffset) throws IOException {
        new KafkaLog(directory, FixtureTopics.config(partition.topic()), startOffset, 0, false).close();
        return LogReport.files(directory);
    }

    private static void write(File directory, ObjectNode rebuilt, TopicPartition partition, long startOffset, long recoveryPoint, boolean clean,
        Path target) throws IOException {
        Map<String, String> config = FixtureTopics.config(partition.topic());
        StringBuilder batches = new StringBuilder();
        ObjectNode head = LogReport.JSON.createObjectNode();
        head.put("topic", partition.topic()).put("partition", partition.partition());
        head.put("clean", clean).put("recoveryPoint", recoveryPoint);
        ObjectNode settings = head.putObject("config");
        config.forEach((name, value) -> settings.put(name.replace("internal.", ""), value));
        try (KafkaLog opened = new KafkaLog(directory, config, startOffset, recoveryPoint, clean)) {
            head.setAll(LogReport.summary(opened.log));
            Set<Long> timestamps = new TreeSet<>();
            LogReport.forEachBatch(opened.log, batch -> {
                batches.append(LogReport.batch(batch)).append('\n');
                batch.forEach(record -> timestamps.addAll(List.of(record.timestamp(), record.timestamp() + 1)));
            });
            ArrayNode lookups = head.putArray("lookups");
            int stride = Math.max(1, timestamps.size() / 24);
            int i = 0;
            for (long timestamp : timestamps) if (i++ % stride == 0) LogReport.lookup(opened.log, timestamp, lookups);
            LogReport.lookup(opened.log, 0, lookups);
            LogReport.lookup(opened.log, Long.MAX_VALUE / 1024, lookups);
        }
        // After Kafka's clean close: sealed indexes trimmed, a producer snapshot at the log end.
        head.set("filesAfterClose", LogReport.files(directory));
        head.set("filesAfterFullRecovery", rebuilt);
        try (BufferedWriter writer = Files.newBufferedWriter(target)) {
            writer.append(head.toString()).append('\n').append(batches);
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
    }

    private static Map<String, Long> checkpoint(File logDir, String name) throws IOException {
        Map<String, Long> offsets = new HashMap<>();
        Path path = logDir.toPath().resolve(name);
        if (!Files.exists(path)) return offsets;
        List<String> lines = Files.readAllLines(path);
        for (String line : lines.subList(2, lines.size())) {
            int space = line.lastIndexOf(' ');
            offsets.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
        }
        return offsets;
    }
}
