import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.SimpleRecord;

/** A seeded stream of records that goes round the corners of the format: null, empty, headers of all kinds, time going back. */
final class FixtureRecords {
    /** 2025-10-09T08:53:20Z: fixed, so that fixtures made again hold the same times. */
    static final long EPOCH = 1_760_000_000_000L;
    private static final String WORDS = "the quick brown fox jumps over the lazy dog and runs into the mill race where water turns a wheel ";

    private final Random random;
    private final long start;
    private long count;

    /** @param start timestamp of the first record, more or less */
    FixtureRecords(long seed, long start) {
        random = new Random(seed);
        this.start = start;
    }

    SimpleRecord next() {
        long n = count++;
        // Mostly forward by up to a second; every 7th goes back by up to ten.
        long timestamp = start + n * 500 + random.nextInt(1000) - (n % 7 == 6 ? random.nextInt(10_000) : 0);
        return new SimpleRecord(timestamp, key(n), value(n), headers(n));
    }

    /** One value that spans several blocks of every codec's framing (snappy 32 KiB, lz4 64 KiB), yet packs to little. */
    SimpleRecord large() {
        StringBuilder text = new StringBuilder();
        while (text.length() < 100_000) text.append(WORDS);
        return new SimpleRecord(start + count++ * 500, bytes("large"), bytes(text.toString()));
    }

    private byte[] key(long n) {
        if (n % 5 == 0) return null;
        if (n % 11 == 3) return new byte[0];
        return bytes("key-" + random.nextInt(20));
    }

    private byte[] value(long n) {
        if (n % 8 == 5) return null;
        if (n % 9 == 4) return new byte[0];
        int size = random.nextInt(100);
        if (n % 6 == 1) {
            byte[] noise = new byte[size];
            random.nextBytes(noise);
            return noise;
        }
        int from = random.nextInt(WORDS.length());
        return bytes((WORDS + WORDS + WORDS).substring(from, from + size));
    }

    private Header[] headers(long n) {
        List<Header> headers = new ArrayList<>();
        if (n % 3 == 1) headers.add(new RecordHeader("trace", bytes(Long.toHexString(random.nextLong()))));
        if (n % 4 == 2) headers.add(new RecordHeader("null", (byte[]) null));
        if (n % 4 == 3) headers.add(new RecordHeader("empty", new byte[0]));
        if (n % 10 == 7) {
            headers.add(new RecordHeader("twice", bytes("one")));
            headers.add(new RecordHeader("twice", bytes("two")));
            headers.add(new RecordHeader("größe-尺寸", bytes("naïve")));
        }
        if (n % 16 == 9) headers.add(new RecordHeader("", bytes("no name")));
        return headers.toArray(new Header[0]);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
