import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.BaseRecords;
import org.apache.kafka.common.record.MemoryRecords;

/**
 * Messages of Kafka's protocol, filled at random and written by Kafka's own classes. Which fields a version has, Kafka's schemas say; where a value goes,
 * the fields of its message classes do.
 */
final class ProtocolMessages {
    private final Random random;

    private ProtocolMessages(long seed) {
        random = new Random(seed);
    }

    /** Messages of one API in one version: {key, isRequest, version, seed, count} to [[bytes in base64, the message as Kafka writes it as JSON], ...]. */
    static JsonNode written(JsonNode command) throws Exception {
        ApiMessageType type = ApiMessageType.fromApiKey((short) command.get("key").asInt());
        boolean isRequest = command.get("isRequest").asBoolean();
        short version = (short) command.get("version").asInt();
        ProtocolMessages maker = new ProtocolMessages(command.get("seed").asLong());
        Schema schema = (isRequest ? type.requestSchemas() : type.responseSchemas())[version];
        ArrayNode messages = LogReport.JSON.createArrayNode();
        for (int i = 0; i < command.get("count").asInt(); i++) {
            ApiMessage message = isRequest ? type.newRequest() : type.newResponse();
            maker.fill(message, schema);
            ArrayNode pair = messages.addArray();
            pair.add(base64(bytes(message, version)));
            pair.add(json(message, version));
        }
        return messages;
    }

    /** What is there to compare: versions and header versions of each API, and all error codes. */
    static JsonNode catalog() {
        ObjectNode catalog = LogReport.JSON.createObjectNode();
        ArrayNode apis = catalog.putArray("apis");
        for (ApiMessageType type : ApiMessageType.values()) {
            ObjectNode api = apis.addObject();
            api.put("key", type.apiKey()).put("name", type.name);
            api.put("min", type.lowestSupportedVersion()).put("max", type.highestSupportedVersion(false));
            ArrayNode headers = api.putArray("headers");
            for (short version = type.lowestSupportedVersion(); version <= type.highestSupportedVersion(false); version++)
                headers.addArray().add(type.requestHeaderVersion(version)).add(type.responseHeaderVersion(version));
        }
        ArrayNode errors = catalog.putArray("errors");
        for (Errors error : Errors.values())
            errors.addArray().add(error.code()).add(error.name()).add(error.exception() instanceof RetriableException);
        return catalog;
    }

    private void fill(Message message, Schema schema) throws ReflectiveOperationException {
        Map<String, Field> places = new HashMap<>();
        for (Field field : message.getClass().getDeclaredFields())
            if (!Modifier.isStatic(field.getModifiers())) places.put(snakeCase(field.getName()), field);
        for (BoundField bound : schema.fields()) {
            if (bound.def.type instanceof TaggedFields tagged) {
                for (org.apache.kafka.common.protocol.types.Field each : tagged.fields().values())
                    if (random.nextBoolean()) set(message, places.get(each.name), each.type);
            } else {
                set(message, places.get(bound.def.name), bound.def.type);
            }
        }
    }

    private void set(Message message, Field place, Type type) throws ReflectiveOperationException {
        place.setAccessible(true);
        // The schema of a struct does not say that it may be null; its default does.
        boolean isNullable = type.isNullable() || type instanceof Schema && place.get(message) == null;
        place.set(message, isNullable && random.nextInt(4) == 0 ? null : value(place, type));
    }

    private Object value(Field place, Type type) throws ReflectiveOperationException {
        if (type.isArray()) return collection(place, type.arrayElementType().orElseThrow());
        return single(place.getType(), type);
    }

    private Object collection(Field place, Type elementType) throws ReflectiveOperationException {
        boolean isList = place.getType() == java.util.List.class;
        java.lang.reflect.Type generic = isList ? place.getGenericType() : place.getType().getGenericSuperclass();
        Class<?> elementClass = (Class<?>) ((ParameterizedType) generic).getActualTypeArguments()[0];
        @SuppressWarnings("unchecked")
        Collection<Object> elements = isList ? new ArrayList<>() : (Collection<Object>) place.getType().getConstructor().newInstance();
        for (int i = random.nextInt(4); i > 0; i--) elements.add(single(elementClass, elementType));
        return elements;
    }

    private Object single(Class<?> wanted, Type type) throws ReflectiveOperationException {
        if (type instanceof Schema schema) {
            Message struct = (Message) wanted.getConstructor().newInstance();
            fill(struct, schema);
            return struct;
        }
        if (wanted == boolean.class || wanted == Boolean.class) return random.nextBoolean();
        if (wanted == byte.class || wanted == Byte.class) return (byte) random.nextInt();
        if (wanted == short.class || wanted == Short.class) return (short) random.nextInt();
        // An uint16 is an int in Java.
        if (type == Type.UINT16) return random.nextInt(0x10000);
        if (wanted == int.class || wanted == Integer.class) return random.nextInt();
        if (wanted == long.class || wanted == Long.class) return someLong();
        if (wanted == double.class || wanted == Double.class) return random.nextGaussian();
        if (wanted == String.class) return text();
        if (wanted == Uuid.class) return random.nextInt(4) == 0 ? Uuid.ZERO_UUID : new Uuid(random.nextLong(), random.nextLong());
        if (wanted == byte[].class) return someBytes();
        if (wanted == ByteBuffer.class) return ByteBuffer.wrap(someBytes());
        if (wanted == BaseRecords.class) return MemoryRecords.readableRecords(ByteBuffer.wrap(someBytes()));
        throw new IllegalStateException("a field of " + wanted);
    }

    /** Those that a double holds exactly, and the largest of all. */
    private long someLong() {
        return switch (random.nextInt(4)) {
            case 0 -> Long.MAX_VALUE;
            case 1 -> random.nextInt();
            default -> random.nextLong() >> 11;
        };
    }

    private String text() {
        String letters = random.nextInt(3) == 0 ? "aé€\uD835\uDD38" : "abcdefgh-_.019";
        int[] points = letters.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(random.nextInt(8) == 0 ? 300 : 20); i > 0; i--) text.appendCodePoint(points[random.nextInt(points.length)]);
        return text.toString();
    }

    private byte[] someBytes() {
        byte[] bytes = new byte[random.nextInt(random.nextInt(8) == 0 ? 3000 : 40)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] bytes(Message message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(buffer), cache, version);
        if (buffer.hasRemaining()) throw new IllegalStateException(message + " is smaller than it says");
        return buffer.array();
    }

    /** By the JsonConverter that stands beside each message class. */
    private static JsonNode json(Message message, short version) throws ReflectiveOperationException {
        Class<?> converter = Class.forName(message.getClass().getName() + "JsonConverter");
        return (JsonNode) converter.getMethod("write", message.getClass(), short.class).invoke(null, message, version);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT);
    }
}
