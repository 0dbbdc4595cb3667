package dev.connectcdc.registry;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.log4j.AppenderSkeleton;
import org.apache.log4j.Level;
import org.apache.log4j.Logger;
import org.apache.log4j.spi.LoggingEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client with a server that gives the answers of a test, one after another. */
class RegistryClientTest {

    private record Answer(int status, String body) {}

    private static final Answer REGISTERED = new Answer(200, "{\"id\":7}");

    private static final Logger LOGGER = Logger.getLogger("dev.connectcdc.registry");

    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final AppenderSkeleton appender = new AppenderSkeleton() {
        @Override
        protected void append(LoggingEvent event) {
            log.add(event.getLevel() + " " + event.getRenderedMessage());
        }

        @Override
        public void close() {}

        @Override
        public boolean requiresLayout() {
            return false;
        }
    };
    private HttpServer server;
    private int port;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        port = server.getAddress().getPort();
        server.createContext("/", this::answer);
        server.start();
        appender.setThreshold(Level.INFO);
        LOGGER.addAppender(appender);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @AfterEach
    void forget() {
        LOGGER.removeAppender(appender);
    }

    private void answer(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("Authorization"));
        Answer answer = answers.remove();
        byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private String url() {
        return "http://127.0.0.1:" + port;
    }

    private RegistryClient client(String... settings) {
        Map<String, String> all = new HashMap<>(Map.of("schema.registry.url", url()));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return new RegistryClient(new RegistryConfig(all));
    }

    private static int register(RegistryClient client) throws RefusedSchemaException {
        return client.register("a b-value", "AVRO", "\"string\"");
    }

    @Test
    void anIdThatAnotherInstanceHasGivenIsAskedForAgain() {
        Answer unknown = new Answer(404, "{\"error_code\":40403}");
        answers.addAll(List.of(unknown, unknown, new Answer(200, "{\"schema\":\"string\"}")));
        assertEquals("string", client("schema.registry.url", url() + "," + url() + "/").schema(7).text());
        answers.add(unknown);
        RegistryClient one = client();
        assertThrows(DataException.class, () -> one.schema(7));
        assertEquals(4, requests.size());
    }

    @Test
    void aStoppedRegistryIsWaitedForWithAWarning() throws Exception {
        stop();
        answers.add(REGISTERED);
        RegistryClient client = client();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        Future<Integer> id = pool.submit(() -> register(client));
        while (log.isEmpty()) {
            assertFalse(id.isDone());
            Thread.onSpinWait();
        }
        String warning = log.get(0);
        assertTrue(
                warning.matches("WARN The schema registry at " + url() + " does not answer since 20\\S+Z \\(ConnectException.*\\)\\."
                        + " The task waits for it until 20\\S+Z, and loses no record\\."),
                warning);
        start();
        assertEquals(7, id.get(1, TimeUnit.MINUTES));
        assertEquals(List.of(warning, "INFO The schema registry at " + url() + " answers again."), log);
        pool.shutdown();
    }

    @Test
    void theWaitEndsWithAnErrorThatNamesUrlAndRemedy() {
        stop();
        // No exception: Connect skips records for these
        RegistryError error = assertThrows(RegistryError.class, () -> register(client("schema.registry.wait.ms", "300")));
        assertTrue(
                error.getMessage().matches("the schema registry at " + url() + " does not answer since 20\\S+Z \\(ConnectException.*\\)\\."
                        + " Start it, or correct schema\\.registry\\.url, then restart the task\\. No record is lost meanwhile\\."
                        + " schema\\.registry\\.wait\\.ms sets how long a task waits\\."),
                error.getMessage());
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        stop();
        RegistryClient client = client();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        Future<Throwable> error = pool.submit(() -> assertThrows(RegistryError.class, () -> register(client)));
        while (log.isEmpty()) {
            Thread.onSpinWait();
        }
        pool.shutdownNow();
        assertTrue(error.get(1, TimeUnit.MINUTES).getMessage().startsWith("interrupted"));
    }

    @Test
    void answersThatSayLaterAreWaitedFor() throws Exception {
        answers.addAll(List.of(
                new Answer(500, "<html>starting</html>"),
                new Answer(429, "{\"message\":\"slowly\"}"),
                new Answer(408, ""),
                new Answer(503, ""),
                REGISTERED));
        assertEquals(7, register(client()));
        assertEquals(2, log.size());
        assertTrue(log.get(0).contains("(status 500: <html>starting</html>)"), log.get(0));
    }

    @Test
    void theNextUrlIsAskedWhenOneDoesNotAnswerAndStaysTheOne() throws Exception {
        answers.addAll(List.of(REGISTERED, REGISTERED));
        RegistryClient client = client("schema.registry.url", "http://127.0.0.1:1," + url() + "/");
        assertEquals(7, register(client));
        assertEquals(7, register(client));
        assertEquals(
                List.of("POST /subjects/a%20b-value/versions null", "POST /subjects/a%20b-value/versions null"), requests);
    }

    @Test
    void aSchemaThatIsNotCompatibleIsAnExceptionOfItsOwn() {
        answers.add(new Answer(409, "{\"error_code\":409,\"message\":\"Incompatible artifact\"}"));
        var refused = assertThrows(RefusedSchemaException.class, () -> register(client()));
        assertEquals("Incompatible artifact", refused.getMessage());
        String advice = ". Set the compatibility of the subject to NONE, then restart the task. No record is lost meanwhile. To change"
                + " the table back is not enough: this record has the new form already.";
        assertEquals(
                "the schema of subject s is not compatible (compatibility BACKWARD): a; b" + advice,
                RegistryError.incompatible("s", "BACKWARD", List.of("a", "b"), refused).getMessage());
        assertEquals(
                "the schema of subject s is not compatible (compatibility FULL): Incompatible artifact" + advice,
                RegistryError.incompatible("s", "FULL", List.of(), refused).getMessage());
    }

    @Test
    void theLevelIsTheSubjectsOrTheRegistrys() {
        Answer none = new Answer(200, "{\"compatibilityLevel\":\"NONE\"}");
        answers.add(new Answer(200, "{\"compatibilityLevel\":\"FULL\"}"));
        assertEquals("FULL", client().level("s"));
        answers.addAll(List.of(new Answer(404, ""), new Answer(200, "{\"compatibilityLevel\":\"BACKWARD\"}")));
        assertEquals("BACKWARD", client().level("s"));
        answers.add(none);
        assertEquals("NONE", client().level("s"));
        answers.addAll(List.of(new Answer(403, ""), new Answer(404, "")));
        assertEquals("unknown", client().level("s"));
    }

    @Test
    void theLevelOfApicurioIsThatOfItsRules() {
        RegistryClient client = client("schema.registry.url", url() + "/apis/ccompat/v7");
        answers.addAll(List.of(new Answer(404, ""), new Answer(200, "{\"type\":\"COMPATIBILITY\",\"config\":\"FORWARD\"}")));
        assertEquals("FORWARD", client.level("s"));
        assertEquals(
                List.of(
                        "GET /apis/registry/v2/groups/default/artifacts/s/rules/COMPATIBILITY null",
                        "GET /apis/registry/v2/admin/rules/COMPATIBILITY null"),
                requests);
        answers.add(new Answer(200, "{\"type\":\"COMPATIBILITY\",\"config\":\"NONE\"}"));
        assertEquals("NONE", client.level("s"));
    }

    @Test
    void aSchemaComesWithThoseItNeeds() {
        String reference = "{\"schema\":\"%s\",\"references\":[{\"name\":\"%s\",\"subject\":\"%s\",\"version\":1}]}";
        answers.add(new Answer(200, reference.formatted("top", "n1", "s1")));
        answers.add(new Answer(200, reference.formatted("first", "n2", "s2")));
        answers.add(new Answer(200, "{\"schema\":\"second\"}"));
        RegistryClient.Registered schema = client().schema(3);
        assertEquals("top", schema.text());
        assertEquals(List.of("n2", "n1"), List.copyOf(schema.references().keySet()));
        assertEquals(List.of("second", "first"), List.copyOf(schema.references().values()));
    }

    @Test
    void anUnknownIdIsTheRecordsError() {
        answers.add(new Answer(404, "{\"message\":\"Schema not found\"}"));
        var error = assertThrows(DataException.class, () -> client().schema(3));
        assertTrue(error.getMessage().startsWith("a record has schema id 3, which the schema registry at " + url()));
    }

    @Test
    void withoutRegistrationAMissingSchemaIsAnErrorThatShowsIt() {
        answers.add(new Answer(404, "{\"message\":\"Schema not found\"}"));
        assertNull(client().find("s", "AVRO", "\"string\""));
        var error = client().notRegistered("s", "\"string\"");
        assertTrue(error.getMessage().contains("auto.register.schemas is false"), error.getMessage());
        assertTrue(error.getMessage().endsWith("\n\"string\""), error.getMessage());
    }

    @Test
    void credentialsAreSentAndNeverShown() {
        for (RegistryClient client : List.of(
                client("basic.auth.credentials.source", "USER_INFO", "basic.auth.user.info", "user:s3cret"),
                client("schema.registry.url", url().replace("http://", "http://user:s3cret@")))) {
            answers.add(new Answer(401, "no"));
            RegistryError error = assertThrows(RegistryError.class, () -> register(client));
            assertTrue(error.getMessage().contains("with status 401: no. Set basic.auth.credentials.source"), error.getMessage());
            assertFalse(error.getMessage().contains("s3cret"), error.getMessage());
        }
        String request = "POST /subjects/a%20b-value/versions Basic dXNlcjpzM2NyZXQ=";
        assertEquals(List.of(request, request), requests);
    }

    @Test
    void whatIsNoRegistryIsAnError() {
        for (String body : List.of("<html></html>", "{}")) {
            answers.add(new Answer(200, body));
            RegistryError error = assertThrows(RegistryError.class, () -> register(client()));
            assertTrue(error.getMessage().contains("is no schema registry with Confluent's API"), error.getMessage());
        }
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        for (Map<String, String> settings : List.of(
                Map.<String, String>of(),
                Map.of("schema.registry.url", ""),
                Map.of("schema.registry.url", "s3cret:8081"),
                Map.of("schema.registry.url", "http://user:s3cret^@host"),
                Map.of("schema.registry.url", "http://host", "schema.registry.wait.ms", "-1"),
                Map.of("schema.registry.url", "http://host", "basic.auth.credentials.source", "SASL_INHERIT"),
                Map.of("schema.registry.url", "http://host", "basic.auth.credentials.source", "USER_INFO"))) {
            ConfigException error =
                    assertThrows(ConfigException.class, () -> new RegistryConfig(settings), settings.toString());
            assertFalse(error.getMessage().contains("s3cret"), error.getMessage());
        }
        assertDoesNotThrow(() -> new RegistryConfig(Map.of("schema.registry.url", "https://host/path")));
    }
}
