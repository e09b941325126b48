import java.io.File;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/**
 * Kafka's own log class opened on one partition directory, without a broker around it. The directory must be named
 * topic-partition. Opening writes to it (recovery, indexes, snapshots), so callers give a copy.
 */
final class KafkaLog implements AutoCloseable {
    final UnifiedLog log;
    private final KafkaScheduler scheduler = new KafkaScheduler(1);
    private final BrokerTopicStats stats = new BrokerTopicStats();

    /**
     * @param clean         what Kafka is told about the last stop: true trusts the indexes, false recovers from recoveryPoint on
     * @param recoveryPoint first offset that was not flushed for certain
     */
    KafkaLog(File directory, Map<String, String> config, long logStartOffset, long recoveryPoint, boolean clean) throws IOException {
        this(directory, config, logStartOffset, recoveryPoint, clean, Time.SYSTEM);
    }

    KafkaLog(File directory, Map<String, String> config, long logStartOffset, long recoveryPoint, boolean clean, Time time) throws IOException {
        scheduler.startup();
        try {
            log = UnifiedLog.create(directory, new LogConfig(properties(config)), logStartOffset, recoveryPoint, scheduler, stats, time,
                5 * 60 * 1000, new ProducerStateManagerConfig(7 * 24 * 3600 * 1000, false), 600_000,
                new LogDirFailureChannel(10), clean, Optional.empty());
            // Alone, a leader's high watermark is its log end; the last stable offset follows from it.
            log.updateHighWatermark(log.logEndOffset());
        } catch (IOException | RuntimeException | Error failure) {
            release();
            throw failure;
        }
    }

    /** The system's time, but for what it says the date is. */
    static Time at(long milliseconds) {
        return (Time) Proxy.newProxyInstance(Time.class.getClassLoader(), new Class<?>[] {Time.class}, (proxy, method, arguments) ->
            method.getName().equals("milliseconds") ? milliseconds : method.invoke(Time.SYSTEM, arguments));
    }

    /** Kafka takes a segment.bytes below 1 MiB only under the name that it keeps for tests. */
    static Map<String, String> properties(Map<String, String> config) {
        Map<String, String> properties = new HashMap<>(config);
        properties.putIfAbsent("retention.ms", "-1");
        String segmentBytes = properties.get("segment.bytes");
        if (segmentBytes != null && Long.parseLong(segmentBytes) < 1 << 20) {
            properties.remove("segment.bytes");
            properties.put("internal.segment.bytes", segmentBytes);
        }
        return properties;
    }

    @Override
    public void close() {
        try {
            log.close();
        } finally {
            release();
        }
    }

    private void release() {
        stats.close();
        try {
            scheduler.shutdown();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
