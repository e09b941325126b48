import java.io.File;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;

/** Chronicle Queue: its appender copies each value, which lies ready outside of the heap, into a mapped file. Nothing is flushed. */
final class ChroniclePeer implements Peer {
    private final ChronicleQueue queue;
    private final ExcerptAppender appender;
    private final Bytes<?>[] values;

    private ChroniclePeer(File directory, byte[][] records) {
        queue = SingleChronicleQueueBuilder.binary(directory).build();
        appender = queue.createAppender();
        values = new Bytes<?>[records.length];
        for (int i = 0; i < records.length; i++) values[i] = Bytes.allocateDirect(records[i]);
    }

    public static void main(String[] args) throws Exception {
        String version = ChronicleQueue.class.getPackage().getImplementationVersion();
        Rounds.take(new File(args[0]), "Chronicle Queue " + version, ChroniclePeer::new);
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
    public void close() {
        appender.close();
        queue.close();
        for (Bytes<?> value : values) value.releaseLast();
    }
}
