import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.AppInfoParser;

/**
 * Kafka's own client as load, warmed up and kept: reads commands, one a line, and answers each with one line of numbers, or with {@code failed WHY}. What Kafka's
 * perf tools do, in a JVM that stays warm between rounds and with partitions assigned, so that no group is needed. A latency is the time from before a record
 * is handed to the client until its callback.
 *
 * <pre>
 * produce SERVER TOPIC RECORDS SIZE ACKS RATE LINGER_MS WARM   -&gt; records a second, p50, p99 and worst latency in ms
 * consume SERVER TOPIC RECORDS                                 -&gt; records a second
 * </pre>
 *
 * RATE 0 is as fast as it goes. The first WARM records are sent at the same rate and not counted.
 */
public final class BrokerLoad {
    private static final byte[] ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789".getBytes();

    private BrokerLoad() {
    }

    public static void main(String[] args) throws Exception {
        try (var lines = new BufferedReader(new InputStreamReader(System.in))) {
            System.out.println("ready Kafka's Java client " + AppInfoParser.getVersion());
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String answer;
                try {
                    answer = run(line.trim().split(" "));
                } catch (Exception error) {
                    answer = "failed " + error;
                }
                System.out.println(answer.replace('\n', ' '));
            }
        }
    }

    private static String run(String[] words) throws Exception {
        return switch (words[0]) {
            case "produce" -> produce(words[1], words[2], Arrays.copyOfRange(words, 3, words.length));
            case "consume" -> consume(words[1], words[2], Integer.parseInt(words[3]));
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private static String produce(String server, String topic, String[] order) throws Exception {
        int records = Integer.parseInt(order[0]);
        int size = Integer.parseInt(order[1]);
        int rate = Integer.parseInt(order[3]);
        int warm = Integer.parseInt(order[5]);
        byte[] value = new byte[size];
        for (int i = 0; i < size; i++) value[i] = ALPHABET[i * 7 % ALPHABET.length];
        int[] latenciesUs = new int[records];
        AtomicInteger done = new AtomicInteger();
        AtomicReference<Exception> why = new AtomicReference<>();
        long counted = 0;
        long ended;
        try (var producer = new KafkaProducer<byte[], byte[]>(settingsOf(server, order[2], order[4]))) {
            int partitions = producer.partitionsFor(topic).size();
            long began = System.nanoTime();
            for (int i = 0; i < warm + records; i++) {
                if (rate > 0) pace(began, i, rate);
                boolean counts = i >= warm;
                long sent = System.nanoTime();
                if (i == warm) counted = sent;
                producer.send(new ProducerRecord<>(topic, i % partitions, null, value), (metadata, error) -> {
                    if (error != null) why.compareAndSet(null, error);
                    if (counts) latenciesUs[done.getAndIncrement()] = (int) ((System.nanoTime() - sent) / 1000);
                });
            }
            producer.flush();
            ended = System.nanoTime();
        }
        double seconds = (ended - counted) / 1e9;
        if (why.get() != null) return "failed to send: " + why.get();
        Arrays.sort(latenciesUs);
        return String.format(Locale.ROOT, "%.0f %.3f %.3f %.3f", records / seconds, latenciesUs[records / 2] / 1e3,
            latenciesUs[(int) (records * 99L / 100)] / 1e3, latenciesUs[records - 1] / 1e3);
    }

    private static Properties settingsOf(String server, String acks, String lingerMs) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", server);
        settings.put("acks", acks);
        settings.put("enable.idempotence", acks.equals("all"));
        settings.put("linger.ms", lingerMs);
        settings.put("batch.size", "65536");
        settings.put("key.serializer", ByteArraySerializer.class);
        settings.put("value.serializer", ByteArraySerializer.class);
        return settings;
    }

    private static void pace(long began, int sent, int rate) throws InterruptedException {
        long due = began + sent * 1_000_000_000L / rate;
        long left = due - System.nanoTime();
        if (left > 1_000_000) Thread.sleep(left / 1_000_000);
    }

    private static String consume(String server, String topic, int records) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", server);
        settings.put("enable.auto.commit", "false");
        settings.put("key.deserializer", ByteArrayDeserializer.class);
        settings.put("value.deserializer", ByteArrayDeserializer.class);
        try (var consumer = new KafkaConsumer<byte[], byte[]>(settings)) {
            int partitions = consumer.partitionsFor(topic).size();
            List<TopicPartition> all = IntStream.range(0, partitions).mapToObj(i -> new TopicPartition(topic, i)).toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            long began = System.nanoTime();
            int got = 0;
            while (got < records) {
                ConsumerRecords<byte[], byte[]> batch = consumer.poll(Duration.ofSeconds(10));
                if (batch.isEmpty()) return "failed after " + got + " records: nothing came";
                got += batch.count();
            }
            return String.format(Locale.ROOT, "%.0f", got / ((System.nanoTime() - began) / 1e9));
        }
    }
}
