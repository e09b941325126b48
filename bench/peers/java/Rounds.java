import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.Stream;

/**
 * The process of a Java peer, at the other end of contestant.mjs: takes rounds on standard input and answers with rates. Each round has a new
 * log in a new directory; a sixteenth of it is appended before the clock starts.
 */
final class Rounds {
    private static final int VALUE_SIZE = 100;
    private static final int WARM_PART = 16;
    /** Values repeat after a MiB, as those of the Node peers do. */
    private static final int DISTINCT = (1 << 20) / VALUE_SIZE;

    private final File directory;
    private final Peer.Maker maker;

    private Rounds(File directory, Peer.Maker maker) {
        this.directory = directory;
        this.maker = maker;
    }

    /** Says that it is ready, and takes rounds until the input ends. */
    static void take(File directory, String about, Peer.Maker maker) throws IOException {
        Rounds rounds = new Rounds(directory, maker);
        System.out.println("ready " + about + ", Java " + System.getProperty("java.version"));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        try {
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                String[] words = order.split(" ");
                System.out.println("rate " + rounds.round(Integer.parseInt(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3])));
            }
            // Threads of a peer keep nobody waiting.
            System.exit(0);
        } catch (Exception | LinkageError failure) {
            failure.printStackTrace();
            System.out.println("failed " + failure.toString().lines().findFirst().orElse(""));
            System.exit(1);
        }
    }

    private double round(int records, long recordsMax, long millisecondsMax) throws Exception {
        File path = new File(directory, "round-0");
        if (!path.mkdir()) throw new IOException("cannot make " + path);
        long nanosMax = millisecondsMax * 1_000_000;
        long timed;
        long elapsed;
        byte[][] values = values(records);
        try (Peer peer = maker.open(path, values)) {
            // What the round before left on the heap is not this one's to collect.
            System.gc();
            long warm = appendUntil(peer, records, recordsMax / WARM_PART, nanosMax / WARM_PART);
            long began = System.nanoTime();
            timed = appendUntil(peer, records, recordsMax, nanosMax);
            elapsed = System.nanoTime() - began;
            if (peer.count() != warm + timed) throw new IOException(peer.count() + " of " + (warm + timed) + " records are there");
            if (!Arrays.equals(peer.last(), values[records - 1])) throw new IOException("the last record is not the one appended last");
        }
        remove(path.toPath());
        return timed * 1e9 / elapsed;
    }

    private static long appendUntil(Peer peer, int records, long recordsMax, long nanosMax) throws Exception {
        long began = System.nanoTime();
        long count = 0;
        while (count < recordsMax && System.nanoTime() - began < nanosMax) {
            peer.append();
            count += records;
        }
        return count;
    }

    private static byte[][] values(int count) {
        byte[][] distinct = new byte[Math.min(count, DISTINCT)][VALUE_SIZE];
        Random random = new Random();
        for (byte[] value : distinct) random.nextBytes(value);
        byte[][] values = new byte[count][];
        for (int i = 0; i < count; i++) values[i] = distinct[i % distinct.length];
        return values;
    }

    private static void remove(Path path) throws IOException {
        if (!Files.exists(path)) return;
        try (Stream<Path> paths = Files.walk(path)) {
            for (Path each : paths.sorted(Comparator.reverseOrder()).toList()) Files.delete(each);
        }
    }
}
