import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.FileRecords.TimestampAndOffset;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.storage.internals.log.FetchDataInfo;
import org.apache.kafka.storage.internals.log.UnifiedLog;

/** What Kafka finds in a log, as JSON. Two forms of a batch: whole, with its records, and short, with a digest of them. */
final class LogReport {
    static final ObjectMapper JSON = new ObjectMapper();
    /** Longer keys and values are told by length and SHA-256. */
    private static final int INLINE_BYTES_MAX = 512;

    private LogReport() {}

    static ObjectNode summary(UnifiedLog log) {
        ObjectNode node = JSON.createObjectNode();
        node.put("logStartOffset", log.logStartOffset());
        node.put("logEndOffset", log.logEndOffset());
        node.put("lastStableOffset", log.lastStableOffset());
        ArrayNode epochs = node.putArray("leaderEpochs");
        log.leaderEpochCache().epochEntries().forEach(entry -> epochs.addArray().add(entry.epoch()).add(entry.startOffset()));
        ArrayNode aborted = node.putArray("abortedTransactions");
        log.collectAbortedTransactions(log.logStartOffset(), log.logEndOffset()).forEach(transaction -> aborted.addObject()
            .put("producerId", transaction.producerId())
            .put("firstOffset", transaction.firstOffset())
            .put("lastOffset", transaction.lastOffset())
            .put("lastStableOffset", transaction.lastStableOffset()));
        ArrayNode producers = node.putArray("producers");
        log.activeProducers().stream().sorted((a, b) -> Long.compare(a.producerId(), b.producerId())).forEach(producer -> producers.addObject()
            .put("producerId", producer.producerId())
            .put("producerEpoch", producer.producerEpoch())
            .put("lastSequence", producer.lastSequence())
            .put("lastTimestamp", producer.lastTimestamp())
            .put("coordinatorEpoch", producer.coordinatorEpoch())
            .put("currentTransactionFirstOffset", producer.currentTxnStartOffset()));
        return node;
    }

    /** The answer to "first record with timestamp at or after": [asked, offset, timestamp], or [asked, null, null]. */
    static void lookup(UnifiedLog log, long timestamp, ArrayNode into) {
        Optional<TimestampAndOffset> found = log.fetchOffsetByTimestamp(timestamp, Optional.empty()).timestampAndOffsetOpt();
        ArrayNode row = into.addArray().add(timestamp);
        if (found.isPresent()) row.add(found.get().offset).add(found.get().timestamp);
        else row.addNull().addNull();
    }

    /** What ListOffsets answers, its special timestamps too: [asked, offset, timestamp, leader epoch]. */
    static void listed(UnifiedLog log, long timestamp, ArrayNode into) {
        Optional<TimestampAndOffset> found = log.fetchOffsetByTimestamp(timestamp, Optional.empty()).timestampAndOffsetOpt();
        ArrayNode row = into.addArray().add(timestamp);
        if (found.isPresent()) row.add(found.get().offset).add(found.get().timestamp).add(found.get().leaderEpoch.orElse(-1));
        else row.addNull().addNull().addNull();
    }

    /** Every batch from the log start to the log end, through Kafka's read path (which uses its offset index). */
    static void forEachBatch(UnifiedLog log, Consumer<RecordBatch> visit) throws IOException {
        long next = log.logStartOffset();
        while (next < log.logEndOffset()) {
            FetchDataInfo fetched = log.read(next, 1 << 20, FetchIsolation.LOG_END, true);
            long before = next;
            for (RecordBatch batch : fetched.records.batches()) {
                batch.ensureValid();
                visit.accept(batch);
                next = batch.nextOffset();
            }
            // Only in a compacted log whose last offsets are gone.
            if (next == before) break;
        }
    }

    static ObjectNode batch(RecordBatch batch) {
        ObjectNode node = JSON.createObjectNode();
        node.put("baseOffset", batch.baseOffset()).put("lastOffset", batch.lastOffset());
        node.put("size", batch.sizeInBytes()).put("crc", batch.checksum());
        node.put("codec", batch.compressionType().name).put("timestampType", batch.timestampType().name);
        node.put("maxTimestamp", batch.maxTimestamp()).put("leaderEpoch", batch.partitionLeaderEpoch());
        node.put("producerId", batch.producerId()).put("producerEpoch", batch.producerEpoch()).put("baseSequence", batch.baseSequence());
        node.put("transactional", batch.isTransactional()).put("control", batch.isControlBatch());
        if (batch.deleteHorizonMs().isPresent()) node.put("deleteHorizon", batch.deleteHorizonMs().getAsLong());
        else node.putNull("deleteHorizon");
        ArrayNode records = node.putArray("records");
        for (Record record : batch) records.add(record(record));
        return node;
    }

    /** [offset, timestamp, key, value, [[header key, header value]...]]. */
    private static ArrayNode record(Record record) {
        ArrayNode node = JSON.createArrayNode().add(record.offset()).add(record.timestamp());
        node.add(bytes(Utils.toNullableArray(record.key()))).add(bytes(Utils.toNullableArray(record.value())));
        ArrayNode headers = node.addArray();
        for (Header header : record.headers()) headers.addArray().add(header.key()).add(bytes(header.value()));
        return node;
    }

    /** null, base64, or {size, sha256} when long. */
    private static JsonNode bytes(byte[] value) {
        if (value == null) return JSON.getNodeFactory().nullNode();
        if (value.length <= INLINE_BYTES_MAX) return JSON.getNodeFactory().textNode(Base64.getEncoder().encodeToString(value));
        return JSON.createObjectNode().put("size", value.length).put("sha256", HexFormat.of().formatHex(sha256().digest(value)));
    }

    /** [baseOffset, lastOffset, records, codec, leaderEpoch, digest of the records]; the runner computes the same of ours. */
    static ArrayNode shortBatch(RecordBatch batch) {
        MessageDigest digest = sha256();
        int count = 0;
        for (Record record : batch) {
            digest(digest, record);
            count++;
        }
        return JSON.createArrayNode().add(batch.baseOffset()).add(batch.lastOffset()).add(count).add(batch.compressionType().name)
            .add(batch.partitionLeaderEpoch()).add(HexFormat.of().formatHex(digest.digest(), 0, 12));
    }

    private static void digest(MessageDigest digest, Record record) {
        digest(digest, record.offset(), record.timestamp(), Utils.toNullableArray(record.key()), Utils.toNullableArray(record.value()),
            record.headers());
    }

    /** Offset and timestamp as i64, key and value with an i32 length (-1: null), header count as i32, headers likewise. */
    static void digest(MessageDigest digest, long offset, long timestamp, byte[] key, byte[] value, Header[] headers) {
        digest.update(ByteBuffer.allocate(16).putLong(offset).putLong(timestamp).flip());
        digest(digest, key);
        digest(digest, value);
        digest.update(ByteBuffer.allocate(4).putInt(headers.length).flip());
        for (Header header : headers) {
            digest(digest, header.key().getBytes(StandardCharsets.UTF_8));
            digest(digest, header.value());
        }
    }

    private static void digest(MessageDigest digest, byte[] value) {
        digest.update(ByteBuffer.allocate(4).putInt(value == null ? -1 : value.length).flip());
        if (value != null) digest.update(value);
    }

    /** Name, size and SHA-256 of the files of a partition directory, by name. */
    static ObjectNode files(File directory) throws IOException {
        ObjectNode node = JSON.createObjectNode();
        File[] files = directory.listFiles(File::isFile);
        Arrays.sort(files);
        for (File file : files) {
            byte[] content = Files.readAllBytes(file.toPath());
            node.putObject(file.getName()).put("size", content.length).put("sha256", HexFormat.of().formatHex(sha256().digest(content)));
        }
        return node;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
