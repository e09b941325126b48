import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's own client as load, warmed up and kept: reads commands, one a line, and answers each with one line of numbers. What Kafka's perf tools do, in a JVM
 * that stays warm between rounds and with partitions assigned, so that no group is needed.
 *
 * <pre>
 * create  server topic partitions config=value,...
 * produce server topic records size acks rate   -&gt; records a second, p50, p99 and worst latency in ms; rate 0: as fast as it goes
 * consume server topic records                  -&gt; records a second
 * </pre>
 */
public final class BrokerLoad {
    private static final byte[] ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789".getBytes();

    private BrokerLoad() {
    }

    public static void main(String[] args) throws Exception {
        try (var lines = new java.io.BufferedReader(new java.io.InputStreamReader(System.in))) {
            System.out.println("ready");
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.trim().split(" ");
                System.out.println(run(words));
            }
        }
    }

    private static String run(String[] words) throws Exception {
        return switch (words[0]) {
            case "create" -> create(words[1], words[2], Integer.parseInt(words[3]), words.length > 4 ? words[4] : "");
            case "produce" -> produce(words[1], words[2], Integer.parseInt(words[3]), Integer.parseInt(words[4]), words[5], Integer.parseInt(words[6]));
            case "consume" -> consume(words[1], words[2], Integer.parseInt(words[3]));
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private static String create(String server, String topic, int partitions, String config) throws Exception {
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", server))) {
            Map<String, String> configs = new java.util.HashMap<>();
            for (String pair : config.isEmpty() ? new String[0] : config.split(",")) configs.put(pair.split("=")[0], pair.split("=")[1]);
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs))).all().get();
        }
        return "created";
    }

    private static String produce(String server, String topic, int records, int size, String acks, int rate) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", server);
        settings.put("acks", acks);
        settings.put("enable.idempotence", acks.equals("all"));
        settings.put("linger.ms", "5");
        settings.put("batch.size", "65536");
        settings.put("key.serializer", ByteArraySerializer.class);
        settings.put("value.serializer", ByteArraySerializer.class);
        byte[] value = new byte[size];
        for (int i = 0; i < size; i++) value[i] = ALPHABET[i * 7 % ALPHABET.length];
        int[] latenciesUs = new int[records];
        AtomicInteger done = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        AtomicReference<Exception> why = new AtomicReference<>();
        long began;
        try (var producer = new KafkaProducer<byte[], byte[]>(settings)) {
            int partitions = producer.partitionsFor(topic).size();
            began = System.nanoTime();
            for (int i = 0; i < records; i++) {
                if (rate > 0) pace(began, i, rate);
                long sent = System.nanoTime();
                producer.send(new ProducerRecord<>(topic, i % partitions, null, value), (metadata, error) -> {
                    if (error != null) {
                        failed.incrementAndGet();
                        why.compareAndSet(null, error);
                    }
                    latenciesUs[done.getAndIncrement()] = (int) ((System.nanoTime() - sent) / 1000);
                });
            }
            producer.flush();
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        if (failed.get() > 0) return "failed " + failed.get() + ": " + String.valueOf(why.get()).replace('\n', ' ');
        Arrays.sort(latenciesUs);
        return String.format("%.0f %.2f %.2f %.2f", records / seconds, latenciesUs[records / 2] / 1e3, latenciesUs[(int) (records * 0.99)] / 1e3, latenciesUs[records - 1] / 1e3);
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
                if (batch.isEmpty()) return "failed after " + got;
                got += batch.count();
            }
            return String.format("%.0f", got / ((System.nanoTime() - began) / 1e9));
        }
    }
}
