/**
 * The Java client under trial: answers lines of JSON as python/worker.py does. Reads by assign, without a group. Runs from its source:
 *
 *     java -cp 'libs/*' Worker.java ADDRESS
 */
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.AppInfoParser;

public final class Worker {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long WAIT_MS = 8000;
  private static final int END = -1;
  private static final int BEGINNING = -2;

  /** Where the broker is, and how to log in there. */
  private final Map<String, Object> access = new HashMap<>();
  private final Map<String, KafkaProducer<byte[], byte[]>> producers = new HashMap<>();

  private Worker(String server) throws IOException {
    String login = System.getenv("TRIAL_LOGIN");
    if (login != null) {
      Properties properties = new Properties();
      try (Reader file = Files.newBufferedReader(Path.of(JSON.readTree(login).get("java").asText()))) {
        properties.load(file);
      }
      properties.forEach((name, value) -> access.put((String) name, value));
    }
    access.put("bootstrap.servers", server);
  }

  private Map<String, Object> with(Map<String, Object> options) {
    Map<String, Object> all = new HashMap<>(access);
    all.putAll(options);
    return all;
  }

  private KafkaProducer<byte[], byte[]> producer(String name, Map<String, Object> options) {
    return producers.computeIfAbsent(name, ignored -> {
      Map<String, Object> all = with(Map.of("linger.ms", 20, "max.block.ms", 5000, "delivery.timeout.ms", 5000,
          "request.timeout.ms", 4000));
      all.putAll(options);
      return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    });
  }

  private Long write(KafkaProducer<byte[], byte[]> producer, JsonNode question) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (JsonNode record : question.get("records")) {
      List<Header> headers = new ArrayList<>();
      for (JsonNode header : record.get("headers")) {
        headers.add(new RecordHeader(header.get(0).asText(), bytes(header.get(1))));
      }
      sent.add(producer.send(new ProducerRecord<>(question.get("topic").asText(), question.get("partition").asInt(),
          record.get("timestamp").asLong(), bytes(record.get("key")), bytes(record.get("value")), headers)));
    }
    producer.flush();
    Long first = null;
    for (Future<RecordMetadata> future : sent) {
      RecordMetadata metadata = future.get();
      if (first == null && metadata.hasOffset()) first = metadata.offset();
    }
    return first;
  }

  private JsonNode produce(JsonNode question) throws Exception {
    String codec = question.get("codec").asText();
    int acks = question.get("acks").asInt();
    boolean idempotent = question.get("idempotent").asBoolean();
    Map<String, Object> options = new HashMap<>(Map.of("compression.type", codec, "acks", String.valueOf(acks),
        "enable.idempotence", idempotent));
    // A retry would hide the first answer.
    if (!idempotent) options.put("retries", 0);
    Long base = write(producer(codec + " " + acks + " " + idempotent, options), question);
    return JSON.createObjectNode().put("baseOffset", base);
  }

  private KafkaConsumer<byte[], byte[]> consumer(boolean committed) {
    Map<String, Object> options = with(Map.of("auto.offset.reset", "none", "enable.auto.commit", false,
        "allow.auto.create.topics", false, "isolation.level", committed ? "read_committed" : "read_uncommitted"));
    return new KafkaConsumer<>(options, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static TopicPartition partitionOf(JsonNode question) {
    return new TopicPartition(question.get("topic").asText(), question.get("partition").asInt());
  }

  private JsonNode consume(JsonNode question) {
    TopicPartition partition = partitionOf(question);
    int count = question.get("count").asInt();
    ArrayNode found = JSON.createArrayNode();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(question.get("committed").asBoolean())) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, question.get("offset").asLong());
      long until = System.currentTimeMillis() + WAIT_MS;
      while (found.size() < count && System.currentTimeMillis() < until) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
          if (found.size() < count) found.add(described(record));
        }
      }
    }
    return found;
  }

  private static ObjectNode described(ConsumerRecord<byte[], byte[]> record) {
    ArrayNode headers = JSON.createArrayNode();
    for (Header header : record.headers()) headers.addArray().add(header.key()).add(text(header.value()));
    ObjectNode node = JSON.createObjectNode().put("key", text(record.key())).put("value", text(record.value()));
    node.put("offset", record.offset()).put("timestamp", record.timestamp()).set("headers", headers);
    return node;
  }

  private JsonNode lookup(JsonNode question) {
    TopicPartition partition = partitionOf(question);
    long timestamp = question.get("timestamp").asLong();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(false)) {
      if (timestamp == END) return JSON.valueToTree(consumer.endOffsets(List.of(partition)).get(partition));
      if (timestamp == BEGINNING) return JSON.valueToTree(consumer.beginningOffsets(List.of(partition)).get(partition));
      OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(partition, timestamp)).get(partition);
      return JSON.valueToTree(found == null ? -1 : found.offset());
    }
  }

  private JsonNode transact(JsonNode question) throws Exception {
    String id = question.get("id").asText();
    boolean known = producers.containsKey(id);
    KafkaProducer<byte[], byte[]> producer = producer(id, Map.of("transactional.id", id));
    if (!known) producer.initTransactions();
    producer.beginTransaction();
    write(producer, question);
    if (question.get("commit").asBoolean()) producer.commitTransaction();
    else producer.abortTransaction();
    return null;
  }

  private JsonNode createTopic(JsonNode question) throws Exception {
    Map<String, String> config = new HashMap<>();
    question.get("config").fields().forEachRemaining(entry -> config.put(entry.getKey(), entry.getValue().asText()));
    NewTopic topic = new NewTopic(question.get("topic").asText(), question.get("partitions").asInt(), (short) 1);
    try (Admin admin = Admin.create(access)) {
      admin.createTopics(List.of(topic.configs(config))).all().get();
    }
    return null;
  }

  private JsonNode deleteTopic(JsonNode question) throws Exception {
    try (Admin admin = Admin.create(access)) {
      admin.deleteTopics(List.of(question.get("topic").asText())).all().get();
    }
    return null;
  }

  private JsonNode answer(JsonNode question) throws Exception {
    return switch (question.get("do").asText()) {
      case "produce" -> produce(question);
      case "consume" -> consume(question);
      case "lookup" -> lookup(question);
      case "transact" -> transact(question);
      case "createTopic" -> createTopic(question);
      case "deleteTopic" -> deleteTopic(question);
      default -> throw new IllegalArgumentException(question.toString());
    };
  }

  private static byte[] bytes(JsonNode node) {
    return node.isNull() ? null : Base64.getDecoder().decode(node.asText());
  }

  private static String text(byte[] content) {
    return content == null ? null : Base64.getEncoder().encodeToString(content);
  }

  /** Kafka's error code; null: the client's own. */
  private static Integer codeOf(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof OffsetOutOfRangeException) return (int) Errors.OFFSET_OUT_OF_RANGE.code();
      if (cause instanceof ApiException) {
        Errors known = Errors.forException(cause);
        if (known != Errors.UNKNOWN_SERVER_ERROR) return (int) known.code();
      }
    }
    return null;
  }

  public static void main(String[] args) throws Exception {
    Worker worker = new Worker(args[0]);
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    ObjectNode first = JSON.createObjectNode();
    first.putObject("ok").put("version", AppInfoParser.getVersion());
    out.println(first);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      ObjectNode answer = JSON.createObjectNode();
      try {
        answer.set("ok", worker.answer(JSON.readTree(line)));
      } catch (Exception error) {
        StringWriter trace = new StringWriter();
        error.printStackTrace(new PrintWriter(trace));
        answer.putObject("error").put("code", codeOf(error)).put("message", trace.toString());
      }
      out.println(answer);
    }
    for (KafkaProducer<byte[], byte[]> producer : worker.producers.values()) producer.close(Duration.ofSeconds(2));
  }
}
