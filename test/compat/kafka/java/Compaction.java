import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.util.Map;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.Cleaner;
import org.apache.kafka.storage.internals.log.LogToClean;
import org.apache.kafka.storage.internals.log.SkimpyOffsetMap;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.internals.utils.Throttler;

/**
 * Kafka's own log cleaner on one partition directory. Opens it as after a crash, so that transactions and producers are what the batches say, whoever
 * wrote them; cleans when it is asked to; reports every batch whole, and what each producer wrote last.
 */
final class Compaction {
    private Compaction() {}

    /** Fields: directory, config, and to clean: firstDirtyOffset, now. */
    static JsonNode run(JsonNode command, Map<String, String> config) throws Exception {
        File directory = new File(command.get("directory").asText());
        ObjectNode report;
        try (KafkaLog opened = new KafkaLog(directory, config, 0, 0, false)) {
            UnifiedLog log = opened.log;
            report = LogReport.JSON.createObjectNode();
            ArrayNode producers = report.putArray("producers");
            log.lastRecordsOfActiveProducers().forEach((id, last) -> producers.addObject()
                .put("producerId", id)
                .put("producerEpoch", last.producerEpoch())
                .put("lastDataOffset", last.lastDataOffset().orElse(-1L)));
            if (command.has("firstDirtyOffset")) {
                report.put("endOffset", clean(log, command.get("firstDirtyOffset").asLong(), command.get("now").asLong()));
            }
            ArrayNode batches = report.putArray("batches");
            LogReport.forEachBatch(log, batch -> batches.add(LogReport.batch(batch)));
        }
        report.set("files", LogReport.files(directory));
        return report;
    }

    private static long clean(UnifiedLog log, long firstDirtyOffset, long now) throws Exception {
        Throttler throttler = new Throttler(Double.MAX_VALUE, 300, "cleaner-io", "bytes", Time.SYSTEM);
        Cleaner cleaner = new Cleaner(0, new SkimpyOffsetMap(1 << 22), 1 << 16, 1 << 21, 0.9, throttler, Time.SYSTEM, partition -> { });
        LogToClean whole = new LogToClean(log, firstDirtyOffset, log.activeSegment().baseOffset(), false);
        return cleaner.doClean(whole, now).getKey();
    }
}
