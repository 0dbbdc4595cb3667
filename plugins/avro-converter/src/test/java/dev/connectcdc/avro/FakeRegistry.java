package dev.connectcdc.avro;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A registry that accepts every schema, in memory: ids begin with 1. */
final class FakeRegistry implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    final List<String> schemas = new ArrayList<>();
    final List<String> requests = new ArrayList<>();
    /** Answers of the next registrations instead of the usual ones: status and message. */
    final List<Map.Entry<Integer, String>> refusals = new ArrayList<>();
    /** Of all subjects. */
    String level = "BACKWARD";

    private final HttpServer server;

    FakeRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        int status = 200;
        Object answer;
        String path = exchange.getRequestURI().getPath();
        if (exchange.getRequestMethod().equals("POST") && !path.endsWith("/versions")) {
            int id = schemas.indexOf(JSON.readTree(exchange.getRequestBody()).get("schema").asText()) + 1;
            status = id == 0 ? 404 : 200;
            answer = id == 0 ? Map.of("error_code", 40403, "message", "Schema not found") : Map.of("id", id);
        } else if (exchange.getRequestMethod().equals("POST") && !refusals.isEmpty()) {
            Map.Entry<Integer, String> refusal = refusals.remove(0);
            status = refusal.getKey();
            answer = Map.of("error_code", status, "message", refusal.getValue());
        } else if (exchange.getRequestMethod().equals("POST")) {
            String schema = JSON.readTree(exchange.getRequestBody()).get("schema").asText();
            if (!schemas.contains(schema)) schemas.add(schema);
            answer = Map.of("id", schemas.indexOf(schema) + 1);
        } else {
            if (path.startsWith("/config/")) answer = Map.of("compatibilityLevel", level);
            else if (path.endsWith("/latest") && schemas.isEmpty()) {
                status = 404;
                answer = Map.of("error_code", 40401, "message", "Subject not found");
            } else if (path.endsWith("/latest")) answer = Map.of("schema", schemas.get(schemas.size() - 1));
            else answer = Map.of("schema", schemas.get(Integer.parseInt(path.substring(path.lastIndexOf('/') + 1)) - 1));
        }
        byte[] body = JSON.writeValueAsString(answer).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
