package dev.connectcdc.protobuf;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.connectcdc.registry.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;

/** The requests of the converter, answered from memory; what the real one does is in RealRegistryTest. */
final class FakeRegistry implements AutoCloseable {

    static {
        // Otherwise each answer waits 40 ms for an acknowledgement
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;

    private final Map<String, List<Integer>> subjects = new LinkedHashMap<>();

    private final List<String> texts = new ArrayList<>();

    private final Map<Integer, List<Map<String, Object>>> references = new LinkedHashMap<>();

    final List<String> requests = new CopyOnWriteArrayList<>();

    /** Answers the message of a refusal for subject and new text; null when the schema is fine. */
    volatile BiFunction<String, String, String> refusal = (subject, text) -> null;

    /** Level of all subjects. */
    volatile String level = "NONE";

    /** Runs before each registration. */
    volatile Runnable beforeRegistration = () -> {};

    FakeRegistry() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** @return a converter of this registry */
    ProtobufConverter converter(boolean isKey, String... settings) {
        Map<String, String> all = new LinkedHashMap<>(Map.of("schema.registry.url", url()));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        ProtobufConverter converter = new ProtobufConverter();
        converter.configure(all, isKey);
        return converter;
    }

    synchronized int add(String subject, String text) {
        int id = texts.indexOf(text) + 1;
        if (id == 0) {
            texts.add(text);
            id = texts.size();
        }
        List<Integer> versions = subjects.computeIfAbsent(subject, name -> new ArrayList<>());
        if (!versions.contains(id)) {
            versions.add(id);
        }
        return id;
    }

    synchronized void refer(int id, String name, String subject, int version) {
        references.computeIfAbsent(id, key -> new ArrayList<>())
                .add(Map.of("name", name, "subject", subject, "version", version));
    }

    synchronized List<String> versions(String subject) {
        return subjects.getOrDefault(subject, List.of()).stream().map(id -> texts.get(id - 1)).toList();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(exchange.getRequestMethod() + " " + path);
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String[] parts = path.split("/");
        if (exchange.getRequestMethod().equals("POST")) {
            String text = (String) Json.object(body).get("schema");
            String refused = refusal.apply(parts[2], text);
            if (refused != null) {
                send(exchange, 409, Map.of("error_code", 409, "message", refused));
            } else {
                beforeRegistration.run();
                send(exchange, 200, Map.of("id", add(parts[2], text)));
            }
        } else if (parts[1].equals("config")) {
            send(exchange, 200, Map.of("compatibilityLevel", level));
        } else if (parts[1].equals("schemas")) {
            int id = Integer.parseInt(parts[3]);
            synchronized (this) {
                if (id > texts.size()) {
                    send(exchange, 404, Map.of("error_code", 40403, "message", "Schema not found"));
                } else {
                    send(exchange, 200, Map.of("schema", texts.get(id - 1), "references", references.getOrDefault(id, List.of())));
                }
            }
        } else {
            synchronized (this) {
                List<Integer> versions = subjects.get(parts[2]);
                if (versions == null) {
                    send(exchange, 404, Map.of("error_code", 40401, "message", "Subject not found"));
                } else if (parts.length == 4) {
                    List<Object> numbers = new ArrayList<>();
                    for (int i = 1; i <= versions.size(); i++) {
                        numbers.add(i);
                    }
                    send(exchange, 200, numbers);
                } else {
                    int id = versions.get(parts[4].equals("latest") ? versions.size() - 1 : Integer.parseInt(parts[4]) - 1);
                    send(exchange, 200, Map.of("id", id, "schemaType", "PROTOBUF", "schema", texts.get(id - 1)));
                }
            }
        }
    }

    private static void send(HttpExchange exchange, int status, Object body) throws IOException {
        byte[] bytes = Json.text(body).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
