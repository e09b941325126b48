import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetAddress;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.internals.Plugin;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.stats.Rate;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.plain.PlainAuthenticateCallback;
import org.apache.kafka.common.security.plain.internals.PlainSaslServer;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.ScramCredentialCallback;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.scram.internals.ScramSaslClient;
import org.apache.kafka.common.security.scram.internals.ScramSaslServer;
import org.apache.kafka.metadata.authorizer.StandardAcl;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/** Kafka's authorizer, its SASL mechanisms and the rate behind its quotas, asked what ours are asked. */
final class Security {
    private static final int METADATA = 3;

    /** The exchange that goes on, one at a time. */
    private static SaslServer server;
    private static SaslClient client;

    private Security() {}

    /**
     * Fields: rules, superUsers, allowEveryone; questions, of which the answers are 0 or 1 and, for the type of the resource, 0 or 1; filters, of which
     * the answers are the numbers of the rules that they find.
     */
    static JsonNode authorize(JsonNode command) throws Exception {
        ObjectNode answer = LogReport.JSON.createObjectNode();
        try (Metrics metrics = new Metrics(); StandardAuthorizer authorizer = new StandardAuthorizer()) {
            Plugin.wrapInstance(authorizer, metrics, "authorizer.class.name", "role", "broker");
            Map<String, Object> settings = new HashMap<>();
            settings.put("super.users", command.get("superUsers").asText());
            settings.put("allow.everyone.if.no.acl.found", command.get("allowEveryone").asText());
            authorizer.configure(settings);
            authorizer.completeInitialLoad();
            Map<AclBinding, Integer> numbers = new HashMap<>();
            for (JsonNode rule : command.get("rules")) {
                StandardAcl acl = new StandardAcl(type(rule), rule.get("resourceName").asText(), pattern(rule),
                    rule.get("principal").asText(), rule.get("host").asText(), operation(rule), permission(rule));
                numbers.put(acl.toBinding(), numbers.size());
                authorizer.addAcl(Uuid.randomUuid(), acl);
            }
            ArrayNode answers = answer.putArray("answers");
            ArrayNode byType = answer.putArray("byType");
            for (JsonNode question : command.get("questions")) {
                Context context = new Context(question);
                ResourcePattern resource = new ResourcePattern(type(question), question.get("name").asText(), PatternType.LITERAL);
                Action action = new Action(operation(question), resource, 1, false, false);
                answers.add(number(authorizer.authorize(context, List.of(action)).get(0)));
                byType.add(number(authorizer.authorizeByResourceType(context, operation(question), type(question))));
            }
            ArrayNode found = answer.putArray("found");
            for (JsonNode filter : command.get("filters")) {
                ArrayNode those = found.addArray();
                for (AclBinding binding : authorizer.acls(filter(filter))) those.add(numbers.get(binding));
            }
        }
        return answer;
    }

    /** Begins an exchange. Fields: side (server or client), mechanism, user, password; of a SCRAM server salt, iterations, storedKey and serverKey. */
    static JsonNode beginSasl(JsonNode command) throws Exception {
        String mechanism = command.get("mechanism").asText();
        boolean isServer = command.get("side").asText().equals("server");
        CallbackHandler handler = callbacks -> {
            boolean isUser = true;
            for (Callback callback : callbacks) isUser = handle(callback, command, isUser);
        };
        server = null;
        client = null;
        if (mechanism.equals("PLAIN")) server = new PlainSaslServer(handler);
        else if (isServer) server = new ScramSaslServer(ScramMechanism.forMechanismName(mechanism), Map.of(), handler);
        else client = new ScramSaslClient(ScramMechanism.forMechanismName(mechanism), handler);
        return LogReport.JSON.createObjectNode();
    }

    /** Hands a message to the exchange. Answers: message in base64, or null; isComplete; user; or refused. */
    static JsonNode saySasl(JsonNode command) {
        byte[] message = decode(command, "message");
        ObjectNode answer = LogReport.JSON.createObjectNode();
        try {
            byte[] said = server != null ? server.evaluateResponse(message) : client.evaluateChallenge(message);
            answer.put("message", said == null ? null : Base64.getEncoder().encodeToString(said));
            answer.put("isComplete", server != null ? server.isComplete() : client.isComplete());
            if (server != null && server.isComplete()) answer.put("user", server.getAuthorizationID());
        } catch (SaslException | SaslAuthenticationException refusal) {
            answer.put("refused", String.valueOf(refusal.getMessage()));
        }
        return answer;
    }

    /** Fields: samples, sampleMs, and steps of bytes (or null), now and limit. Answers for each step: the rate, and for how long to wait. */
    static JsonNode rate(JsonNode command) {
        Rate rate = new Rate();
        MetricConfig config = new MetricConfig().samples(command.get("samples").asInt())
            .timeWindow(command.get("sampleMs").asLong(), TimeUnit.MILLISECONDS);
        ArrayNode answer = LogReport.JSON.createArrayNode();
        for (JsonNode step : command.get("steps")) {
            long now = step.get("now").asLong();
            double limit = step.get("limit").asDouble();
            if (!step.get("bytes").isNull()) rate.record(config, step.get("bytes").asDouble(), now);
            double measured = rate.measure(config, now);
            // QuotaUtils.throttleTime, which wants a metric of a sensor.
            long wait = measured <= limit ? 0 : Math.round((measured - limit) / limit * rate.windowSize(config, now));
            answer.addArray().add(measured).add(wait);
        }
        return answer;
    }

    private static boolean handle(Callback callback, JsonNode command, boolean isUser) throws UnsupportedCallbackException {
        String user = command.get("user").asText();
        if (callback instanceof NameCallback name) {
            // A server tells the name that it was given, a client asks for one.
            if (name.getDefaultName() != null) return user.equals(name.getDefaultName());
            name.setName(user);
        } else if (callback instanceof PasswordCallback password) {
            password.setPassword(command.get("password").asText().toCharArray());
        } else if (callback instanceof PlainAuthenticateCallback plain) {
            plain.authenticated(isUser && command.get("password").asText().equals(new String(plain.password())));
        } else if (callback instanceof ScramCredentialCallback scram) {
            if (isUser) {
                scram.scramCredential(new ScramCredential(decode(command, "salt"), decode(command, "storedKey"),
                    decode(command, "serverKey"), command.get("iterations").asInt()));
            }
        } else {
            throw new UnsupportedCallbackException(callback);
        }
        return isUser;
    }

    private static byte[] decode(JsonNode node, String field) {
        return Base64.getDecoder().decode(node.get(field).asText());
    }

    private static int number(AuthorizationResult result) {
        return result == AuthorizationResult.ALLOWED ? 1 : 0;
    }

    private static AclBindingFilter filter(JsonNode node) {
        return new AclBindingFilter(
            new ResourcePatternFilter(type(node), node.get("resourceName").textValue(), pattern(node)),
            new AccessControlEntryFilter(node.get("principal").textValue(), node.get("host").textValue(), operation(node), permission(node)));
    }

    private static ResourceType type(JsonNode node) {
        return ResourceType.fromCode((byte) node.get("resourceType").asInt());
    }

    private static PatternType pattern(JsonNode node) {
        return PatternType.fromCode((byte) node.get("patternType").asInt());
    }

    private static AclOperation operation(JsonNode node) {
        return AclOperation.fromCode((byte) node.get("operation").asInt());
    }

    private static AclPermissionType permission(JsonNode node) {
        return AclPermissionType.fromCode((byte) node.get("permission").asInt());
    }

    /** Who asks. */
    private record Context(KafkaPrincipal principal, InetAddress clientAddress) implements AuthorizableRequestContext {
        Context(JsonNode question) throws Exception {
            this(principal(question.get("principal").asText()), InetAddress.getByName(question.get("host").asText()));
        }

        private static KafkaPrincipal principal(String text) {
            int colon = text.indexOf(':');
            return new KafkaPrincipal(text.substring(0, colon), text.substring(colon + 1));
        }

        @Override
        public String listenerName() {
            return "SASL_SSL";
        }

        @Override
        public SecurityProtocol securityProtocol() {
            return SecurityProtocol.SASL_SSL;
        }

        @Override
        public int requestType() {
            return METADATA;
        }

        @Override
        public int requestVersion() {
            return 0;
        }

        @Override
        public String clientId() {
            return "judge";
        }

        @Override
        public int correlationId() {
            return 0;
        }
    }
}
