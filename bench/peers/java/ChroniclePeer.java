import java.io.File;
import java.io.IOException;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;

/** Chronicle Queue: its appender copies each value, which lies ready outside of the heap, into a mapped file. Nothing is flushed. */
final class ChroniclePeer implements Peer {
    private final SingleChronicleQueue queue;
    private final ExcerptAppender appender;
    private final Bytes<?>[] values;

    private ChroniclePeer(File directory, byte[][] records) {
        queue = SingleChronicleQueueBuilder.binary(directory).build();
        appender = queue.createAppender();
        values = new Bytes<?>[records.length];
        for (int i = 0; i < records.length; i++) values[i] = Bytes.allocateDirect(records[i]);
    }

    public static void main(String[] args) throws IOException {
        Rounds.take(new File(args[0]), args[1], ChroniclePeer::new);
    }

    @Override
    public void append() {
        for (Bytes<?> value : values) appender.writeBytes(value);
    }

    @Override
    public long count() {
        return queue.entryCount();
    }

    @Override
    public byte[] last() {
        Bytes<?> read = Bytes.elasticByteBuffer();
        try (ExcerptTailer tailer = queue.createTailer()) {
            tailer.moveToIndex(queue.lastIndex());
            tailer.readBytes(read);
            return read.toByteArray();
        } finally {
            read.releaseLast();
        }
    }

    @Override
    public void close() {
        appender.close();
        queue.close();
        for (Bytes<?> value : values) value.releaseLast();
    }
}
