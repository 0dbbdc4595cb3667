package dev.connectcdc.jms;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** One worker and its REST interface. */
final class ConnectWorker {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long READY_MS = 120_000;

    private final HttpClient http = HttpClient.newHttpClient();
    private final JavaProcess process;
    private final URI rest;

    ConnectWorker(JavaProcess process, int port) {
        this.process = process;
        this.rest = URI.create("http://127.0.0.1:" + port);
    }

    void awaitHealthy(long limitMs) throws Exception {
        Await.until("a healthy worker, see " + process.log(), limitMs, () -> {
            if (!process.isAlive()) {
                throw new IOException("the worker did not start, see " + process.log());
            }
            try {
                return call("GET", "/health", null).statusCode() == 200;
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Creates the connector or changes it, and waits until as many of its tasks run. */
    void put(String connector, Map<String, String> config, int tasks) throws Exception {
        put(connector, config);
        awaitRunning(connector, tasks);
    }

    /** Creates the connector or changes it. */
    void put(String connector, Map<String, String> config) throws Exception {
        Await.until("connector " + connector + " taken", READY_MS, () -> {
            HttpResponse<String> response = call("PUT", "/connectors/" + connector + "/config", config);
            // 409: the cluster is rebalancing.
            if (response.statusCode() >= 400 && response.statusCode() != 409) {
                throw new AssertionError(response.body());
            }
            return response.statusCode() < 400;
        });
    }

    void awaitFailed(String connector) throws Exception {
        Await.until("the failed task of " + connector, READY_MS, () -> taskStates(connector).equals(List.of("FAILED")));
    }

    void awaitRunning(String connector, int tasks) throws Exception {
        Await.until(tasks + " running tasks of " + connector, READY_MS, () -> {
            List<String> states = taskStates(connector);
            if (states.contains("FAILED")) {
                throw new AssertionError(get("/connectors/" + connector + "/status"));
            }
            return states.equals(Collections.nCopies(tasks, "RUNNING"));
        });
    }

    List<String> taskStates(String connector) throws IOException, InterruptedException {
        return ofTasks(connector, "state");
    }

    /** @return its name in the cluster */
    String id() {
        return rest.getAuthority();
    }

    /** @return by task the id of the worker that it is on */
    List<String> taskWorkers(String connector) throws IOException, InterruptedException {
        return ofTasks(connector, "worker_id");
    }

    private List<String> ofTasks(String connector, String field) throws IOException, InterruptedException {
        List<String> values = new ArrayList<>();
        for (JsonNode task : JSON.readTree(get("/connectors/" + connector + "/status")).path("tasks")) {
            values.add(task.path(field).asText());
        }
        return values;
    }

    void delete(String connector) throws Exception {
        // 409: the cluster is rebalancing.
        Await.until("connector " + connector + " deleted", READY_MS,
                () -> call("DELETE", "/connectors/" + connector, null).statusCode() != 409);
    }

    String get(String path) throws IOException, InterruptedException {
        return call("GET", path, null).body();
    }

    String validate(Map<String, String> config) throws IOException, InterruptedException {
        return call("PUT", "/connector-plugins/JmsSinkConnector/config/validate", config).body();
    }

    String log() throws IOException {
        return process.output();
    }

    void kill() {
        process.kill();
    }

    void freeze() throws IOException, InterruptedException {
        process.freeze();
    }

    void thaw() throws IOException, InterruptedException {
        process.thaw();
    }

    private HttpResponse<String> call(String method, String path, Map<String, String> body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(rest.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
