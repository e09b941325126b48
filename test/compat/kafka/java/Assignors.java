import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.api.assignor.GroupAssignment;
import org.apache.kafka.coordinator.group.api.assignor.PartitionAssignor;
import org.apache.kafka.coordinator.group.api.assignor.SubscribedTopicDescriber;
import org.apache.kafka.coordinator.group.api.assignor.SubscriptionType;
import org.apache.kafka.coordinator.group.assignor.UniformAssignor;
import org.apache.kafka.coordinator.group.modern.GroupSpecImpl;
import org.apache.kafka.coordinator.group.modern.MemberSubscriptionAndAssignmentImpl;

/** Kafka's own assignors, those of its consumer and those of its group coordinator, and what its consumers tell each other, asked by Judge. */
final class Assignors {
    private Assignors() {}

    /**
     * {groups: [{assignor, topics: {name: [[rack, ...], ...]}, members: [[id, subscription, instance id or null], ...]}, ...]} to [{order: [id, ...],
     * assignments: {id: assignment}}, ...]; bytes in base64. The order is that of Kafka's hash maps, in which its assignors go through the members. A group at which
     * Kafka throws is {failure}.
     */
    static JsonNode assign(JsonNode command) {
        ArrayNode answers = LogReport.JSON.createArrayNode();
        for (JsonNode group : command.get("groups")) {
            ObjectNode answer = answers.addObject();
            try {
                assign(group, answer);
            } catch (RuntimeException failure) {
                answer.put("failure", failure.toString());
            }
        }
        return answers;
    }

    private static void assign(JsonNode group, ObjectNode answer) {
        Map<String, Subscription> subscriptions = new HashMap<>();
        for (JsonNode member : group.get("members")) {
            Subscription subscription = ConsumerProtocol.deserializeSubscription(buffer(member.get(1)));
            subscription.setGroupInstanceId(text(member.get(2)));
            subscriptions.put(member.get(0).asText(), subscription);
        }
        Map<String, Assignment> assignments = assignor(group.get("assignor").asText())
            .assign(cluster(group.get("topics")), new GroupSubscription(subscriptions)).groupAssignment();
        ArrayNode order = answer.putArray("order");
        subscriptions.keySet().forEach(order::add);
        ObjectNode report = answer.putObject("assignments");
        assignments.forEach((id, assignment) -> report.put(id, base64(ConsumerProtocol.serializeAssignment(assignment))));
    }

    private static ConsumerPartitionAssignor assignor(String name) {
        return switch (name) {
            case "range" -> new RangeAssignor();
            case "roundrobin" -> new RoundRobinAssignor();
            case "sticky" -> new StickyAssignor();
            case "cooperative-sticky" -> new CooperativeStickyAssignor();
            default -> throw new IllegalArgumentException("no assignor " + name);
        };
    }

    private static Cluster cluster(JsonNode topics) {
        Map<String, Node> nodes = new HashMap<>();
        Node nowhere = new Node(0, "host", 9092);
        List<PartitionInfo> partitions = new ArrayList<>();
        topics.properties().forEach(topic -> {
            int partition = 0;
            for (JsonNode racks : topic.getValue()) {
                List<Node> replicas = new ArrayList<>();
                for (JsonNode rack : racks) {
                    replicas.add(nodes.computeIfAbsent(rack.asText(), name -> new Node(nodes.size() + 1, "host", 9092, name)));
                }
                if (replicas.isEmpty()) replicas.add(nowhere);
                Node[] array = replicas.toArray(new Node[0]);
                partitions.add(new PartitionInfo(topic.getKey(), partition++, array[0], array, array));
            }
        });
        List<Node> all = new ArrayList<>(nodes.values());
        all.add(nowhere);
        return new Cluster("cluster", all, partitions, Set.of(), Set.of());
    }

    /** {assignor, partitions: [[topic, partition], ...], generation} to the user data of a member that has been assigned them, in base64; null for none. */
    @SuppressWarnings("removal") // Nothing else makes the metadata of a group.
    static JsonNode userData(JsonNode command) {
        ConsumerPartitionAssignor assignor = assignor(command.get("assignor").asText());
        if (command.has("generation")) {
            ConsumerGroupMetadata metadata = new ConsumerGroupMetadata("g", command.get("generation").asInt(), "m", Optional.empty());
            assignor.onAssignment(new Assignment(partitions(command.get("partitions"))), metadata);
        }
        ByteBuffer data = assignor.subscriptionUserData(Set.of());
        return LogReport.JSON.getNodeFactory().pojoNode(data == null ? null : base64(data));
    }

    /** {topics, userData, owned, generation, rack} to the subscription in each version from 0 on; {partitions, userData} likewise. Bytes in base64. */
    static JsonNode write(JsonNode command) {
        ByteBuffer userData = command.get("userData").isNull() ? null : buffer(command.get("userData"));
        ArrayNode versions = LogReport.JSON.createArrayNode();
        for (short version = 0; version <= 3; version++) {
            ByteBuffer bytes;
            if (command.has("topics")) {
                List<String> topics = new ArrayList<>();
                command.get("topics").forEach(topic -> topics.add(topic.asText()));
                bytes = ConsumerProtocol.serializeSubscription(new Subscription(topics, userData, partitions(command.get("owned")),
                    command.get("generation").asInt(), text(command.get("rack"))), version);
            } else {
                bytes = ConsumerProtocol.serializeAssignment(new Assignment(partitions(command.get("partitions")), userData), version);
            }
            versions.add(base64(bytes));
        }
        return versions;
    }

    /** {subscriptions: [bytes in base64, ...]} and {assignments} likewise to whether Kafka can read them. */
    static JsonNode readable(JsonNode command) {
        ArrayNode answers = LogReport.JSON.createArrayNode();
        for (JsonNode bytes : command.path("subscriptions"))
            answers.add(isReadable(() -> ConsumerProtocol.deserializeSubscription(buffer(bytes))));
        for (JsonNode bytes : command.path("assignments"))
            answers.add(isReadable(() -> ConsumerProtocol.deserializeAssignment(buffer(bytes))));
        return answers;
    }

    private static boolean isReadable(Runnable read) {
        try {
            read.run();
            return true;
        } catch (RuntimeException failure) {
            // A SchemaException since 4.3, whatever the buffer throws before.
            return false;
        }
    }

    /**
     * The coordinator's: {groups: [{assignor, type, topics: {id: partitions}, members: [[id, instance id or null, [topic id, ...], {topic id: [partition, ...]}], ...]},
     * ...]} to [{topics: [id, ...], assignments: {id: {topic id: [partition, ...]}}}, ...]. The topics are in the order of Kafka's hash sets.
     */
    static JsonNode assignAtCoordinator(JsonNode command) {
        ArrayNode answers = LogReport.JSON.createArrayNode();
        for (JsonNode group : command.get("groups")) {
            Map<Uuid, Integer> counts = new HashMap<>();
            group.get("topics").properties().forEach(topic -> counts.put(Uuid.fromString(topic.getKey()), topic.getValue().asInt()));
            PartitionAssignor assignor = group.get("assignor").asText().equals("range")
                ? new org.apache.kafka.coordinator.group.assignor.RangeAssignor() : new UniformAssignor();
            GroupAssignment result = assignor.assign(specification(group), describer(counts));
            ObjectNode answer = answers.addObject();
            ArrayNode order = answer.putArray("topics");
            new HashSet<>(topicIds(group.get("members").get(0).get(2))).forEach(id -> order.add(id.toString()));
            ObjectNode assignments = answer.putObject("assignments");
            result.members().forEach((id, assignment) -> {
                ObjectNode report = assignments.putObject(id);
                assignment.partitions().forEach((topicId, partitions) -> partitions.forEach(report.withArray(topicId.toString())::add));
            });
        }
        return answers;
    }

    private static GroupSpecImpl specification(JsonNode group) {
        Map<String, MemberSubscriptionAndAssignmentImpl> members = new LinkedHashMap<>();
        Map<Uuid, Map<Integer, String>> owners = new HashMap<>();
        for (JsonNode member : group.get("members")) {
            String memberId = member.get(0).asText();
            Map<Uuid, Set<Integer>> assignment = new LinkedHashMap<>();
            member.get(3).properties().forEach(topic -> {
                Uuid topicId = Uuid.fromString(topic.getKey());
                Set<Integer> partitions = new LinkedHashSet<>();
                for (JsonNode partition : topic.getValue()) {
                    partitions.add(partition.asInt());
                    owners.computeIfAbsent(topicId, id -> new HashMap<>()).put(partition.asInt(), memberId);
                }
                assignment.put(topicId, partitions);
            });
            members.put(memberId, new MemberSubscriptionAndAssignmentImpl(Optional.empty(), text(member.get(1)), topicIds(member.get(2)),
                new org.apache.kafka.coordinator.group.modern.Assignment(assignment)));
        }
        return new GroupSpecImpl(members, SubscriptionType.valueOf(group.get("type").asText()), owners);
    }

    private static SubscribedTopicDescriber describer(Map<Uuid, Integer> counts) {
        return new SubscribedTopicDescriber() {
            @Override
            public int numPartitions(Uuid topicId) {
                return counts.getOrDefault(topicId, -1);
            }

            @Override
            public Set<String> racksForPartition(Uuid topicId, int partition) {
                return Set.of();
            }
        };
    }

    private static Set<Uuid> topicIds(JsonNode array) {
        Set<Uuid> ids = new LinkedHashSet<>();
        array.forEach(id -> ids.add(Uuid.fromString(id.asText())));
        return ids;
    }

    private static List<TopicPartition> partitions(JsonNode pairs) {
        List<TopicPartition> partitions = new ArrayList<>();
        pairs.forEach(pair -> partitions.add(new TopicPartition(pair.get(0).asText(), pair.get(1).asInt())));
        return partitions;
    }

    private static Optional<String> text(JsonNode node) {
        return node.isNull() ? Optional.empty() : Optional.of(node.asText());
    }

    private static ByteBuffer buffer(JsonNode base64) {
        return ByteBuffer.wrap(Base64.getDecoder().decode(base64.asText()));
    }

    private static String base64(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }
}
