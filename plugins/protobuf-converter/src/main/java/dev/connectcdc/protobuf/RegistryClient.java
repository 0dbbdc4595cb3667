package dev.connectcdc.protobuf;

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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the converter asks of a schema registry, by version 7 of Confluent's API ("Schema Registry API Reference"). A request
 * that gets no answer, or one that says "later", is sent again, to each address in turn, until {@code registry.wait.ms} is
 * over.
 */
final class RegistryClient {

    private static final Logger LOG = LoggerFactory.getLogger(RegistryClient.class);

    private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

    private static final long FIRST_PAUSE_MS = 100;

    private static final long LONGEST_PAUSE_MS = 5000;

    private static final int LONGEST_MESSAGE = 1000;

    /** A version of a subject. */
    record Version(int number, int id, String text) {}

    /**
     * A schema, by its id.
     *
     * @param references the text of each file that it imports, by the path
     */
    record Registered(String text, Map<String, String> references) {}

    /** The registry's answer to a schema that is not compatible, or not valid. */
    static final class Refused extends Exception {

        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    private record Answer(int status, String body) {

        boolean isGood() {
            return status < 300;
        }

        boolean saysLater() {
            return status >= 500 || status == 429 || status == 408;
        }
    }

    private final List<URI> urls;

    private final String authorization;

    private final long waitMs;

    private final HttpClient http;

    private int next;

    RegistryClient(ProtobufConverterConfig config) {
        urls = config.urls();
        authorization = config.authorization();
        waitMs = config.waitMs();
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    /**
     * @param subject the subject
     * @param known versions from before, which are not asked for again
     * @return its Protobuf versions, the oldest first, with those that were deleted softly where the registry shows them
     */
    List<Version> versions(String subject, List<Version> known) {
        Answer list = send("GET", "/subjects/" + encoded(subject) + "/versions?deleted=true", null);
        if (list.status == 404) {
            return List.of();
        }
        List<Version> versions = new ArrayList<>();
        for (Object number : array(expectGood(list, "the versions of subject " + subject))) {
            int wanted = ((Number) number).intValue();
            Version version = known.stream()
                    .filter(one -> one.number == wanted)
                    .findFirst()
                    .orElseGet(() -> version(subject, wanted));
            if (version != null) {
                versions.add(version);
            }
        }
        return versions;
    }

    /** @return null for a version of another type, or one that was deleted meanwhile */
    private Version version(String subject, int number) {
        Answer answer = send("GET", "/subjects/" + encoded(subject) + "/versions/" + number + "?deleted=true", null);
        if (answer.status == 404) {
            return null;
        }
        Map<String, Object> version = object(expectGood(answer, "version " + number + " of subject " + subject));
        return "PROTOBUF".equals(version.get("schemaType"))
                ? new Version(number, ((Number) version.get("id")).intValue(), (String) version.get("schema"))
                : null;
    }

    /**
     * @return the id of the schema
     * @throws Refused when the schema is not compatible, or the registry takes it for invalid
     */
    int register(String subject, String text) throws Refused {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("schemaType", "PROTOBUF");
        body.put("schema", text);
        Answer answer = send("POST", "/subjects/" + encoded(subject) + "/versions", Json.text(body));
        if (answer.status == 409 || answer.status == 422) {
            throw new Refused(messageOf(answer));
        }
        return ((Number) object(expectGood(answer, "the registration of a schema for subject " + subject)).get("id"))
                .intValue();
    }

    /** @return the level that holds for the subject, such as BACKWARD; "unknown" when the registry does not tell */
    String compatibility(String subject) {
        Answer answer = send("GET", "/config/" + encoded(subject) + "?defaultToGlobal=true", null);
        if (!answer.isGood()) {
            answer = send("GET", "/config", null);
        }
        return answer.isGood() ? String.valueOf(object(answer).get("compatibilityLevel")) : "unknown";
    }

    /** @return the schema; null when the registry has none with this id */
    Registered schema(int id) {
        Answer answer = send("GET", "/schemas/ids/" + id, null);
        if (answer.status == 404) {
            return null;
        }
        Map<String, Object> schema = object(expectGood(answer, "the schema with id " + id));
        Map<String, String> references = new LinkedHashMap<>();
        addReferences(schema, references);
        return new Registered((String) schema.get("schema"), references);
    }

    private void addReferences(Map<String, Object> schema, Map<String, String> references) {
        if (!(schema.get("references") instanceof List<?> list)) {
            return;
        }
        for (Object item : list) {
            Map<?, ?> reference = (Map<?, ?>) item;
            String subject = (String) reference.get("subject");
            String path = "/subjects/" + encoded(subject) + "/versions/" + reference.get("version");
            Map<String, Object> referenced =
                    object(expectGood(send("GET", path, null), "version " + reference.get("version") + " of subject " + subject));
            if (references.put((String) reference.get("name"), (String) referenced.get("schema")) == null) {
                addReferences(referenced, references);
            }
        }
    }

    private Answer send(String method, String path, String body) {
        long begun = System.nanoTime();
        long pause = FIRST_PAUSE_MS;
        boolean waited = false;
        while (true) {
            URI url = urls.get(next);
            String trouble;
            IOException cause = null;
            try {
                Answer answer = once(url, method, path, body);
                if (!answer.saysLater()) {
                    if (waited) {
                        LOG.info("The schema registry at {} answers again.", url);
                    }
                    return answer;
                }
                trouble = "it answers with status " + answer.status + ": " + messageOf(answer);
            } catch (IOException e) {
                trouble = e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage());
                cause = e;
            }
            next = (next + 1) % urls.size();
            long left = waitMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            if (left <= 0) {
                throw new RegistryError("the schema registry at " + urls + " does not answer since " + waitMs / 1000
                        + " s (" + trouble + "). Start it, or correct schema.registry.url, then restart the task. A longer"
                        + " wait is set by registry.wait.ms.", cause);
            }
            if (!waited) {
                LOG.warn("Waits up to {} s for the schema registry at {}: {}", left / 1000, url, trouble);
                waited = true;
            }
            sleep(Math.min(pause, left));
            pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
        }
    }

    private Answer once(URI url, String method, String path, String body) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(REQUEST_TIMEOUT)
                .header("Accept", MEDIA_TYPE)
                .header("Content-Type", MEDIA_TYPE)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Answer(response.statusCode(), response.body());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static void sleep(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static RegistryError interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new RegistryError("interrupted while waiting for the schema registry", cause);
    }

    private Answer expectGood(Answer answer, String what) {
        if (answer.isGood()) {
            return answer;
        }
        String remedy = answer.status == 401 || answer.status == 403
                ? " Set basic.auth.credentials.source and basic.auth.user.info to a user who may do this."
                : " Look at the registry's log, and at schema.registry.url.";
        throw new RegistryError("the schema registry at " + urls + " refuses " + what + " with status " + answer.status
                + ": " + messageOf(answer) + "." + remedy);
    }

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

    private RegistryError noRegistry(IOException cause) {
        return new RegistryError("what answers at " + urls + " is no schema registry with Confluent's API. Correct"
                + " schema.registry.url; Apicurio's ends with /apis/ccompat/v7.", cause);
    }

    private static String encoded(String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
