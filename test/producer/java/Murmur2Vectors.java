import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;

/**
 * Prints what the Java client says of keys: their hash, and the partition that each belongs to of 1, 3, 12 and 1000. With the jars that
 * tools/kafka-jars.mjs fetches, at the root of the repository:
 *
 *   java -cp '.cache/kafka-4.2.1/libs/*' test/producer/java/Murmur2Vectors.java > test/fixture/kafka-4.2/murmur2.json
 */
public class Murmur2Vectors {
    private static final int[] PARTITIONS = {1, 3, 12, 1000};

    public static void main(String[] arguments) {
        List<byte[]> keys = new ArrayList<>();
        for (String text : List.of("", "a", "21", "foobar", "a-little-bit-long-string", "a-little-bit-longer-string",
                "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", "abc", "\u00fc", "\u20ac", "\ud83d\ude80 to orbit",
                "key that is longer than the sixty-four bytes that a loop of its own takes, and then some")) {
            keys.add(text.getBytes(StandardCharsets.UTF_8));
        }
        Random random = new Random(42);
        for (int length = 0; length <= 70; length++) {
            byte[] key = new byte[length];
            random.nextBytes(key);
            keys.add(key);
        }
        StringJoiner json = new StringJoiner(",\n", "[\n", "\n]");
        for (byte[] key : keys) {
            StringJoiner partitions = new StringJoiner(", ");
            for (int count : PARTITIONS) {
                partitions.add(Integer.toString(BuiltInPartitioner.partitionForKey(key, count)));
            }
            json.add(String.format("  { \"key\": \"%s\", \"hash\": %d, \"partitions\": [%s] }",
                    HexFormat.of().formatHex(key), Utils.murmur2(key), partitions));
        }
        System.out.println(json);
    }
}
