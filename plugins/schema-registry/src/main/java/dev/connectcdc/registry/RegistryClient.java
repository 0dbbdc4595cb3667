package dev.connectcdc.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a schema registry by Confluent's API, version 7. It keeps nothing: callers keep what they ask often.
 *
 * <p>Without an answer of any URL, and for an answer that says "later" (429 and 500 and above), it throws
 * {@link RetriableException}: Connect repeats the conversion as long as {@code errors.retry.timeout} allows. Any other
 * refusal is a {@link DataException} with the registry's own words.
 */
public final class RegistryClient {

    private static final Logger LOG = LoggerFactory.getLogger(RegistryClient.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration BETWEEN_WARNINGS = Duration.ofSeconds(30);
    private static final JsonFactory JSON = new JsonFactory();
    private static final int CONFLICT = 409;
    private static final String NO_LEVEL = "NONE";

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final List<Endpoint> endpoints;
    private final boolean autoRegister;
    private long nextWarning = System.nanoTime();

    /** A registry's URL without credentials, and the header that they make; null without credentials. */
    private record Endpoint(String url, String authorization) {}

    /** A request: without a body it is a GET, with one a POST. */
    private record Request(String path, String body, String what) {}

    public RegistryClient(RegistryConfig config) {
        boolean inUrl = config.getString(RegistryConfig.CREDENTIALS_SOURCE).equals("URL");
        String userInfo = inUrl ? "" : config.getPassword(RegistryConfig.USER_INFO).value();
        endpoints = config.getList(RegistryConfig.URLS).stream().map(url -> endpoint(url, userInfo)).toList();
        if (endpoints.isEmpty()) {
            throw new ConfigException(RegistryConfig.URLS, "", "is empty: write the URL of a schema registry");
        }
        autoRegister = config.getBoolean(RegistryConfig.AUTO_REGISTER);
    }

    private static Endpoint endpoint(String text, String userInfo) {
        URI url;
        try {
            url = URI.create(text.strip());
        } catch (IllegalArgumentException e) {
            // Its message has the text, which may hold a password
            throw new ConfigException(RegistryConfig.URLS + " has a value that is not a URL");
        }
        if (url.getHost() == null || !List.of("http", "https").contains(url.getScheme())) {
            throw new ConfigException(RegistryConfig.URLS + " has a value that is not an http or https URL with a host");
        }
        String login = url.getUserInfo() == null ? userInfo : url.getUserInfo();
        String port = url.getPort() < 0 ? "" : ":" + url.getPort();
        String plain = url.getScheme() + "://" + url.getHost() + port + url.getPath().replaceAll("/+$", "");
        String encoded = Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
        return new Endpoint(plain, login.isEmpty() ? null : "Basic " + encoded);
    }

    /**
     * The id of a schema in its subject. With {@code auto.register.schemas} the schema is registered if the subject does not
     * have it; the registry then checks its compatibility.
     *
     * @param type AVRO, PROTOBUF or JSON.
     * @throws IncompatibleSchemaException when the level of the subject does not allow it
     */
    public int idOf(String subject, String type, String schema) {
        String path = path("/subjects/", subject);
        Request request = new Request(
                autoRegister ? path + "/versions" : path,
                object(Map.of("schemaType", type, "schema", schema)),
                "the schema of subject " + subject);
        return Integer.parseInt(field(ask(request), "id"));
    }

    /** The text of the newest schema of a subject. */
    public String newestSchema(String subject) {
        return field(ask(new Request(path("/subjects/", subject) + "/versions/latest", null, "subject " + subject)), "schema");
    }

    /** The compatibility level that holds for a subject: its own, or that of the registry. */
    public String level(String subject) {
        String level = NO_LEVEL;
        try {
            level = configured(path("/config/", subject), "the level of subject " + subject);
        } catch (DataException e) {
            LOG.debug("a subject without a level of its own", e);
        }
        // Apicurio Registry 2.6 answers NONE for a subject without a level of its own
        return level.equals(NO_LEVEL) ? configured("/config", "its level") : level;
    }

    private String configured(String path, String what) {
        return field(ask(new Request(path, null, what)), "compatibilityLevel");
    }

    private static String path(String parent, String subject) {
        return parent + URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The text of a schema. */
    public String schema(int id) {
        return field(ask(new Request("/schemas/ids/" + id, null, "schema " + id)), "schema");
    }

    private Map<String, String> ask(Request request) {
        String reason = "";
        for (Endpoint endpoint : endpoints) {
            try {
                HttpResponse<String> response = http.send(httpRequest(endpoint, request), HttpResponse.BodyHandlers.ofString());
                int status = response.statusCode();
                if (status < 300) return parse(response.body());
                String said = status + " " + String.join(" ", errorOf(response.body()));
                if (status < 500 && status != 429) throw refusal(endpoint, request, status, said);
                reason = endpoint.url() + " answers " + said;
            } catch (IOException e) {
                reason = endpoint.url() + ": " + e.getClass().getSimpleName()
                        + (e.getMessage() == null ? "" : " " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RetriableException("interrupted while asking " + endpoint.url(), e);
            }
        }
        String text = "the schema registry does not give " + request.what() + ": " + reason
                + ". The task waits for it as long as errors.retry.timeout allows";
        warn(text);
        throw new RetriableException(text);
    }

    /** Connect repeats the conversion without a line in its log. */
    private void warn(String text) {
        if (System.nanoTime() - nextWarning < 0) return;
        nextWarning = System.nanoTime() + BETWEEN_WARNINGS.toNanos();
        LOG.warn(text);
    }

    private DataException refusal(Endpoint endpoint, Request request, int status, String said) {
        String refused = "the schema registry at " + endpoint.url() + " refuses " + request.what();
        if (status == CONFLICT) return new IncompatibleSchemaException(refused, said);
        String advice = status == 404 && !autoRegister
                ? ". Register the schema, or set " + RegistryConfig.AUTO_REGISTER + " to true"
                : "";
        return new DataException(refused + ": " + said + advice);
    }

    private static HttpRequest httpRequest(Endpoint endpoint, Request request) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(endpoint.url() + request.path()))
                .timeout(TIMEOUT)
                .header("Accept", "application/vnd.schemaregistry.v1+json, application/json");
        if (endpoint.authorization() != null) builder.header("Authorization", endpoint.authorization());
        if (request.body() == null) return builder.build();
        return builder.header("Content-Type", "application/vnd.schemaregistry.v1+json")
                .POST(HttpRequest.BodyPublishers.ofString(request.body()))
                .build();
    }

    private static String object(Map<String, String> fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<String, String> field : fields.entrySet()) {
                json.writeStringField(field.getKey(), field.getValue());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("a text in memory cannot be written", e);
        }
        return text.toString();
    }

    private static String field(Map<String, String> answer, String name) {
        String value = answer.get(name);
        if (value == null) throw new DataException("the schema registry's answer has no field " + name);
        return value;
    }

    /** A registry's own words, or the beginning of another server's page. */
    private static List<String> errorOf(String body) {
        try {
            String message = parse(body).get("message");
            if (message != null) return List.of(message);
        } catch (IOException e) {
            LOG.debug("an error without JSON", e);
        }
        return List.of(body.substring(0, Math.min(body.length(), 200)));
    }

    /** The fields of an object that are text or numbers. */
    private static Map<String, String> parse(String body) throws IOException {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser json = JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) throw new IOException("the answer is no JSON object");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                if (json.nextToken().isScalarValue()) fields.put(name, json.getText());
                else json.skipChildren();
            }
        }
        return fields;
    }
}
