import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MemoryRecordsBuilder;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.storage.internals.log.FetchDataInfo;

/**
 * Kafka's own log class without a broker around it. Encodes as a producer does, into a buffer that is used again, and appends as a leader
 * does, which checks the batch and gives it offsets. Or encodes once, and only appends.
 */
final class KafkaPeer implements Peer {
    private static final int LEADER_EPOCH = 0;
    /** Room for a record's header fields; the batch's own header needs less than one record's. */
    private static final int OVERHEAD = 24;
    private static final int BATCH_HEADER = 61;

    private final KafkaLog opened;
    private final byte[][] values;
    private final ByteBuffer buffer;
    private final MemoryRecords encoded;

    private KafkaPeer(File directory, byte[][] values, boolean reuse) throws IOException {
        // One batch an append, however many records: fewer and larger batches are to Kafka's advantage.
        opened = new KafkaLog(directory, Map.of("max.message.bytes", String.valueOf(1 << 24)), 0, 0, true);
        this.values = values;
        buffer = ByteBuffer.allocate(BATCH_HEADER + values.length * (values[0].length + OVERHEAD));
        encoded = reuse ? encode() : null;
    }

    public static void main(String[] args) throws IOException {
        boolean reuse = args[2].equals("reuse");
        Rounds.take(new File(args[0]), args[1], (directory, values) -> new KafkaPeer(directory, values, reuse));
    }

    private MemoryRecords encode() {
        buffer.clear();
        long timestamp = System.currentTimeMillis();
        MemoryRecordsBuilder builder = MemoryRecords.builder(buffer, RecordBatch.CURRENT_MAGIC_VALUE, Compression.NONE, TimestampType.CREATE_TIME, 0);
        for (byte[] value : values) builder.append(timestamp, (byte[]) null, value);
        return builder.build();
    }

    @Override
    public void append() throws IOException {
        // A client's batch begins with 0; the append before has put an offset there.
        if (encoded != null) buffer.putLong(0, 0);
        opened.log.appendAsLeader(encoded == null ? encode() : encoded, LEADER_EPOCH);
    }

    @Override
    public long count() {
        return opened.log.logEndOffset();
    }

    @Override
    public byte[] last() throws IOException {
        byte[] value = null;
        FetchDataInfo read = opened.log.read(count() - 1, 1, FetchIsolation.LOG_END, true);
        for (Record record : read.records.records()) value = Utils.toArray(record.value());
        return value;
    }

    @Override
    public void close() {
        // Closing flushes what is there.
        opened.log.truncateFullyAndStartAt(0, Optional.empty());
        opened.close();
    }
}
