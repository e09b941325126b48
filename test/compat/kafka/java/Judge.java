import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.SimpleRecord;
import org.apache.kafka.common.utils.Time;

/**
 * One JVM that answers many questions about log directories: a JSON command a line on standard input, a JSON answer a line on
 * standard output. An answer is {"ok": ...} or {"error": "stack trace"}. Ends at the end of its input.
 */
public final class Judge {
    private Judge() {}

    public static void main(String[] arguments) throws IOException {
        // Standard output carries answers only; whatever prints in here goes to standard error.
        PrintStream answers = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            ObjectNode answer = LogReport.JSON.createObjectNode();
            try {
                answer.set("ok", run(LogReport.JSON.readTree(line)));
            } catch (Exception | Error failure) {
                answer.put("error", stackTrace(failure));
            }
            answers.println(LogReport.JSON.writeValueAsString(answer));
        }
    }

    private static JsonNode run(JsonNode command) throws Exception {
        String name = command.get("command").asText();
        return switch (name) {
            case "dump" -> dump(strings(command.get("arguments")));
            case "open" -> open(command);
            case "compact" -> Compaction.run(command, config(command));
            case "createTopic" -> BrokerClient.createTopic(command);
            case "consume" -> BrokerClient.consume(command);
            case "produce" -> BrokerClient.produce(command);
            case "commitOffsets" -> TransactionClient.commitOffsets(command);
            case "offsets" -> OffsetTrial.run(command);
            case "authorize" -> Security.authorize(command);
            case "beginSasl" -> Security.beginSasl(command);
            case "saySasl" -> Security.saySasl(command);
            case "rate" -> Security.rate(command);
            case "protocolCatalog" -> ProtocolMessages.catalog();
            case "protocolMessages" -> ProtocolMessages.written(command);
            case "groups" -> GroupTrial.run(command);
            case "transactions" -> TransactionTrial.run(command);
            case "assign" -> Assignors.assign(command);
            case "assignAtCoordinator" -> Assignors.assignAtCoordinator(command);
            case "assignorUserData" -> Assignors.userData(command);
            case "writeConsumerProtocol" -> Assignors.write(command);
            case "readConsumerProtocol" -> Assignors.readable(command);
            default -> throw new IllegalArgumentException("unknown command " + name);
        };
    }

    /** Runs DumpLogSegments as its main class and returns all that it printed, to either stream. */
    private static JsonNode dump(List<String> arguments) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
        PrintStream err = System.err;
        System.setErr(stream);
        try {
            scala.Console.withOut(stream, () -> {
                kafka.tools.DumpLogSegments.main(arguments.toArray(new String[0]));
                return null;
            });
        } catch (Exception | Error failure) {
            stream.println(stackTrace(failure));
        } finally {
            System.setErr(err);
        }
        return LogReport.JSON.getNodeFactory().textNode(printed.toString(StandardCharsets.UTF_8));
    }

    /**
     * Opens a directory as Kafka would, reports what it holds, appends when asked, closes cleanly and lists the files.
     * Fields: directory, config, clean, recoveryPoint, logStartOffset, timestamps to look up, append (count of records a codec),
     * now (the date; then old segments are removed first).
     */
    private static JsonNode open(JsonNode command) throws Exception {
        File directory = new File(command.get("directory").asText());
        ObjectNode report;
        KafkaLog opened = new KafkaLog(directory, config(command), command.path("logStartOffset").asLong(0),
            command.path("recoveryPoint").asLong(0), command.get("clean").asBoolean(),
            command.has("now") ? KafkaLog.at(command.get("now").asLong()) : Time.SYSTEM);
        try (opened) {
            if (command.path("append").asInt(0) > 0) append(opened, command.get("append").asInt());
            if (command.has("now")) opened.log.deleteOldSegments();
            report = LogReport.summary(opened.log);
            ArrayNode segments = report.putArray("segments");
            opened.log.logSegments().forEach(segment -> segments.add(segment.baseOffset()));
            ArrayNode batches = report.putArray("batches");
            LogReport.forEachBatch(opened.log, batch -> batches.add(LogReport.shortBatch(batch)));
            ArrayNode lookups = report.putArray("lookups");
            for (JsonNode timestamp : command.path("timestamps")) LogReport.lookup(opened.log, timestamp.asLong(), lookups);
            ArrayNode listed = report.putArray("listed");
            for (JsonNode timestamp : command.path("listed")) LogReport.listed(opened.log, timestamp.asLong(), listed);
        }
        report.set("files", LogReport.files(directory));
        return report;
    }

    private static Map<String, String> config(JsonNode command) {
        Map<String, String> config = new HashMap<>();
        command.get("config").properties().forEach(entry -> config.put(entry.getKey(), entry.getValue().asText()));
        return config;
    }

    private static void append(KafkaLog opened, int count) throws IOException {
        FixtureRecords source = new FixtureRecords(opened.log.logEndOffset(), FixtureRecords.EPOCH);
        int epoch = opened.log.latestEpoch().orElse(0);
        for (CompressionType codec : CompressionType.values()) {
            List<SimpleRecord> records = new ArrayList<>();
            for (int i = 0; i < count; i++) records.add(source.next());
            MemoryRecords batch = MemoryRecords.withRecords(Compression.of(codec).build(), records.toArray(new SimpleRecord[0]));
            opened.log.appendAsLeader(batch, epoch);
        }
        opened.log.updateHighWatermark(opened.log.logEndOffset());
    }

    private static List<String> strings(JsonNode array) {
        List<String> result = new ArrayList<>();
        array.forEach(item -> result.add(item.asText()));
        return result;
    }

    private static String stackTrace(Throwable failure) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        failure.printStackTrace(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
