import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;

/** Kafka Streams counts the words of lines, exactly once: word-count.mjs says what it is told, and what it tells. */
public final class WordCount {
    private static final long TOLD_EVERY_MS = 50;

    private WordCount() {
    }

    public static void main(String[] args) throws Exception {
        JsonNode told = new ObjectMapper().readTree(args[0]);
        KafkaStreams streams = new KafkaStreams(topology(told), settings(told));
        streams.setUncaughtExceptionHandler(error -> {
            error.printStackTrace();
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        Runtime.getRuntime().addShutdownHook(new Thread(
            () -> streams.close(CloseOptions.timeout(Duration.ofSeconds(20)).withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP))));
        streams.start();
        String assigned = "";
        while (streams.state() != KafkaStreams.State.ERROR) {
            String now = streams.state() == KafkaStreams.State.RUNNING ? tasks(streams) : "";
            if (!now.equals(assigned)) System.out.printf("{\"assigned\":[%s]}%n", now);
            assigned = now;
            Thread.sleep(TOLD_EVERY_MS);
        }
        System.exit(1);
    }

    private static Topology topology(JsonNode told) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(told.get("topic").asText(), Consumed.with(Serdes.ByteArray(), Serdes.String()))
            .flatMapValues(line -> List.of(line.toLowerCase(Locale.ROOT).split("[^a-z]+")))
            .filter((key, word) -> !word.isEmpty())
            .groupBy((key, word) -> word, Grouped.with("words", Serdes.String(), Serdes.String()))
            .count(Materialized.as("counts"))
            .toStream()
            .to(told.get("output").asText(), Produced.with(Serdes.String(), Serdes.Long()));
        return builder.build();
    }

    private static Properties settings(JsonNode told) {
        Properties settings = new Properties();
        settings.putAll(Map.of(
            StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, told.get("address").asText(),
            StreamsConfig.APPLICATION_ID_CONFIG, told.get("group").asText(),
            StreamsConfig.STATE_DIR_CONFIG, told.get("directory").asText(),
            StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2,
            StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, told.path("commitMs").asInt(100),
            // Each count is written, and not the newest of some time.
            StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0,
            StreamsConfig.REPARTITION_PURGE_INTERVAL_MS_CONFIG, 500));
        settings.putAll(Map.of(
            StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), told.path("transactionMs").asInt(60_000),
            StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6000,
            StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 200));
        if (told.hasNonNull("protocol")) settings.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, told.get("protocol").asText());
        return settings;
    }

    /** The names of the active ones. */
    private static String tasks(KafkaStreams streams) {
        return streams.metadataForLocalThreads().stream()
            .flatMap(thread -> thread.activeTasks().stream())
            .map(task -> "\"" + task.taskId() + "\"")
            .sorted()
            .collect(Collectors.joining(","));
    }
}
