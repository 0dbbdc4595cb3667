package dev.connectcdc.registry;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.apache.kafka.connect.errors.DataException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a schema registry by version 7 of Confluent's API ("Schema Registry API Reference"). It keeps nothing: callers keep what
 * they ask often.
 *
 * <p>A request that gets no answer, or one that says "later" (408, 429, and 500 and above), is sent again, to each URL in turn,
 * until {@code schema.registry.wait.ms} is over. The call waits meanwhile, because Connect would drop the record of a converter
 * that throws (see {@link RegistryError}). Each refusal but that of a schema is a {@link RegistryError}.
 */
public final class RegistryClient {

    private static final Logger LOG = LoggerFactory.getLogger(RegistryClient.class);

    private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

    private static final int LONGEST_MESSAGE = 1000;

    private static final int QUESTIONS_TO_OTHERS = 10;

    private static final long PAUSE_BETWEEN_THEM_MS = 200;

    /**
     * Apicurio's own API beside the one like Confluent's. That one answers NONE also for a subject without a level of its own, and
     * for the registry when its level comes from its settings (Apicurio Registry 2.6.13 and 3.0.9).
     */
    private static final String ARTIFACTS_OF_APICURIO = "/../../registry/v2/groups/default/artifacts/";

    private static final String PATH_OF_APICURIO = "/apis/ccompat/";

    private static final String DEFAULT_OF_APICURIO = "/../../registry/v2/admin/rules/COMPATIBILITY";

    /** A version of a subject. */
    public record Version(int number, int id, String text) {}

    /**
     * A schema, by its id.
     *
     * @param references the text of each schema that it needs, by the name that it uses; each one after those that it needs itself
     */
    public record Registered(String text, Map<String, String> references) {}

    private record Answer(int status, String body) {

        boolean isGood() {
            return status < 300;
        }

        boolean saysLater() {
            return status >= 500 || status == 429 || status == 408;
        }
    }

    private final List<RegistryConfig.Endpoint> endpoints;

    /** For messages. */
    private final String urls;

    private final Duration longestWait;

    private final HttpClient http;

    private int next;

    public RegistryClient(RegistryConfig config) {
        endpoints = config.endpoints();
        urls = endpoints.stream().map(RegistryConfig.Endpoint::url).collect(Collectors.joining(", "));
        longestWait = config.longestWait();
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT_TIMEOUT);
        SSLContext ssl = RegistrySsl.context(config);
        http = (ssl == null ? builder : builder.sslContext(ssl)).build();
    }

    /**
     * Adds a schema to its subject, if the subject does not have it.
     *
     * @param type AVRO, PROTOBUF or JSON
     * @return the id of the schema
     * @throws RefusedSchemaException when the level of the subject does not allow the schema
     */
    public int register(String subject, String type, String schema) throws RefusedSchemaException {
        Answer answer = send("POST", path("/subjects/", subject) + "/versions", body(type, schema));
        if (answer.status == 409) {
            throw new RefusedSchemaException(messageOf(answer));
        }
        return number(object(expectGood(answer, "the registration of a schema for subject " + subject)), "id");
    }

    /**
     * @param type AVRO, PROTOBUF or JSON
     * @return the id of the schema; null when its subject does not have it
     */
    public Integer find(String subject, String type, String schema) {
        Answer answer = send("POST", path("/subjects/", subject), body(type, schema));
        if (answer.status == 404) {
            return null;
        }
        return number(object(expectGood(answer, "the search for a schema of subject " + subject)), "id");
    }

    /** The error for a schema that must be registered, and is not. */
    public RegistryError notRegistered(String subject, String schema) {
        return new RegistryError("the schema registry at " + urls + " does not have the schema for subject " + subject + ", and "
                + RegistryConfig.AUTO_REGISTER + " is false. Register it, or set " + RegistryConfig.AUTO_REGISTER + " to true:\n"
                + schema);
    }

    /**
     * @param type of the versions that are wanted
     * @param known versions from before, which are not asked for again
     * @return its versions, the oldest first, with those that were deleted softly where the registry shows them
     */
    public List<Version> versions(String subject, String type, List<Version> known) {
        Answer list = send("GET", path("/subjects/", subject) + "/versions?deleted=true", null);
        if (list.status == 404) {
            return List.of();
        }
        List<Version> versions = new ArrayList<>();
        for (Object number : array(expectGood(list, "the versions of subject " + subject))) {
            int wanted = ((Number) number).intValue();
            Version version = known.stream()
                    .filter(one -> one.number == wanted)
                    .findFirst()
                    .orElseGet(() -> version(subject, type, wanted));
            if (version != null) {
                versions.add(version);
            }
        }
        return versions;
    }

    /** @return null for a version of another type, or one that was deleted meanwhile */
    private Version version(String subject, String type, int number) {
        Answer answer = send("GET", path("/subjects/", subject) + "/versions/" + number + "?deleted=true", null);
        if (answer.status == 404) {
            return null;
        }
        Map<String, Object> version = object(expectGood(answer, "version " + number + " of subject " + subject));
        return type.equals(version.get("schemaType")) ? new Version(number, number(version, "id"), text(version)) : null;
    }

    /** The newest version of a subject; null when it has none. */
    public Registered newest(String subject) {
        Answer answer = send("GET", path("/subjects/", subject) + "/versions/latest", null);
        return answer.status == 404 ? null : registered(expectGood(answer, "the newest schema of subject " + subject));
    }

    /** The level that holds for the subject, such as BACKWARD; "unknown" when the registry does not tell. */
    public String level(String subject) {
        Stream<String> paths = urls.contains(PATH_OF_APICURIO)
                ? Stream.of(path(ARTIFACTS_OF_APICURIO, subject) + "/rules/COMPATIBILITY", DEFAULT_OF_APICURIO, "/config")
                : Stream.of(path("/config/", subject), "/config");
        return paths.map(path -> send("GET", path, null))
                .filter(Answer::isGood)
                .map(this::object)
                .map(answer -> answer.getOrDefault("compatibilityLevel", answer.get("config")))
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .findFirst()
                .orElse("unknown");
    }

    /** @throws DataException when the registry has no schema with this id */
    public Registered schema(int id) {
        Answer answer = untilKnown("/schemas/ids/" + id);
        if (answer.status == 404) {
            throw new DataException("a record has schema id " + id + ", which the schema registry at " + urls + " does not know. Set "
                    + RegistryConfig.URLS + " to the registry that it was written with.");
        }
        return registered(expectGood(answer, "the schema with id " + id));
    }

    private Registered registered(Answer answer) {
        Map<String, Object> schema = object(answer);
        Map<String, String> references = new LinkedHashMap<>();
        addReferences(schema, references);
        return new Registered(text(schema), references);
    }

    /** Another instance of the registry may have given an id that this one learns a moment later. */
    private Answer untilKnown(String path) {
        Answer answer = send("GET", path, null);
        for (int again = 0; answer.status == 404 && endpoints.size() > 1 && again < QUESTIONS_TO_OTHERS; again++) {
            pause();
            next = (next + 1) % endpoints.size();
            answer = send("GET", path, null);
        }
        return answer;
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_BETWEEN_THEM_MS);
        } catch (InterruptedException e) {
            throw Outage.interrupted(urls, e);
        }
    }

    private void addReferences(Map<String, Object> schema, Map<String, String> references) {
        if (!(schema.get("references") instanceof List<?> list)) {
            return;
        }
        for (Object item : list) {
            Map<?, ?> reference = (Map<?, ?>) item;
            String subject = (String) reference.get("subject");
            String version = "/versions/" + reference.get("version");
            Map<String, Object> referenced = object(expectGood(
                    send("GET", path("/subjects/", subject) + version, null), "version " + version + " of subject " + subject));
            addReferences(referenced, references);
            references.put((String) reference.get("name"), text(referenced));
        }
    }

    private Answer send(String method, String path, String body) {
        Outage outage = null;
        for (int attempt = 1; ; attempt++) {
            RegistryConfig.Endpoint endpoint = endpoints.get(next);
            String trouble;
            IOException cause = null;
            try {
                Answer answer = once(endpoint, method, path, body);
                if (!answer.saysLater()) {
                    if (outage != null) {
                        outage.end();
                    }
                    return answer;
                }
                trouble = "status " + answer.status + ": " + messageOf(answer);
            } catch (IOException e) {
                trouble = e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage());
                cause = e;
            }
            next = (next + 1) % endpoints.size();
            if (outage == null) {
                outage = new Outage(urls, longestWait);
            }
            if (attempt % endpoints.size() == 0) {
                outage.pause(trouble, cause);
            }
        }
    }

    private Answer once(RegistryConfig.Endpoint endpoint, String method, String path, String body) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint.url() + path).normalize())
                .timeout(REQUEST_TIMEOUT)
                .header("Accept", MEDIA_TYPE + ", application/json")
                .header("Content-Type", MEDIA_TYPE)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (endpoint.authorization() != null) {
            request.header("Authorization", endpoint.authorization());
        }
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Answer(response.statusCode(), response.body());
        } catch (InterruptedException e) {
            throw Outage.interrupted(urls, e);
        }
    }

    private Answer expectGood(Answer answer, String what) {
        if (answer.isGood()) {
            return answer;
        }
        String remedy = answer.status == 401 || answer.status == 403
                ? " Set " + RegistryConfig.CREDENTIALS_SOURCE + " and " + RegistryConfig.USER_INFO
                        + " to a user who may do this."
                : " Look at the registry's log, and at " + RegistryConfig.URLS + ".";
        throw new RegistryError("the schema registry at " + urls + " refuses " + what + " with status " + answer.status + ": "
                + messageOf(answer) + "." + remedy);
    }

    /** A registry's own words, or the beginning of another server's page. */
    private static String messageOf(Answer answer) {
        String message = answer.body;
        try {
            if (Json.object(answer.body).get("message") instanceof String text) {
                message = text;
            }
        } catch (IOException e) {
            LOG.debug("The answer of the schema registry is no JSON", e);
        }
        return message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE) + " ...";
    }

    private Map<String, Object> object(Answer answer) {
        try {
            return Json.object(answer.body);
        } catch (IOException e) {
            throw noRegistry(e);
        }
    }

    private List<Object> array(Answer answer) {
        try {
            return Json.array(answer.body);
        } catch (IOException e) {
            throw noRegistry(e);
        }
    }

    private int number(Map<String, Object> answer, String field) {
        if (answer.get(field) instanceof Number number) {
            return number.intValue();
        }
        throw noRegistry(null);
    }

    private String text(Map<String, Object> answer) {
        if (answer.get("schema") instanceof String text) {
            return text;
        }
        throw noRegistry(null);
    }

    private RegistryError noRegistry(IOException cause) {
        return new RegistryError("what answers at " + urls + " is no schema registry with Confluent's API. Correct "
                + RegistryConfig.URLS + "; Apicurio's ends with /apis/ccompat/v7.", cause);
    }

    private static String body(String type, String schema) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("schemaType", type);
        body.put("schema", schema);
        return Json.text(body);
    }

    private static String path(String parent, String subject) {
        return parent + URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
