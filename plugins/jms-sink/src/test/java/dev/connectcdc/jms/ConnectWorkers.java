package dev.connectcdc.jms;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A cluster of real distributed Connect workers, each in a process of its own, with the sink on their plugin path. */
final class ConnectWorkers implements AutoCloseable {

    /** After so long without a word of a worker or a task others have its work. */
    static final long SESSION_MS = 10_000;

    private static final long START_MS = 300_000;

    private final KafkaProcess kafka;
    private final Path folder;
    private final List<ConnectWorker> workers = new ArrayList<>();

    /** @param folder gets the plugin path; and {@code secrets} in it is what {@code ${directory:...}} may read */
    ConnectWorkers(KafkaProcess kafka, Path folder) throws IOException {
        this.kafka = kafka;
        this.folder = folder;
        ClassPaths.writePlugin(folder.resolve("plugins"));
        Files.createDirectories(secrets());
        KafkaProcess.writeProperties(log4j(), KafkaProcess.LOG4J);
    }

    Path secrets() {
        return folder.resolve("secrets");
    }

    /** Starts one more; returns at once. */
    ConnectWorker add() throws IOException {
        int port = BrokerMain.freePort();
        Path config = KafkaProcess.writeProperties(folder.resolve("worker-" + port + ".properties"), config(port));
        JavaProcess process = new JavaProcess("worker-" + port, ClassPaths.ofWorker(),
                List.of("-Xmx384m", "-Dlog4j.configuration=file:" + log4j()),
                "org.apache.kafka.connect.cli.ConnectDistributed", config.toString());
        ConnectWorker worker = new ConnectWorker(process, port);
        workers.add(worker);
        return worker;
    }

    /** Starts one more and waits until it is a member of the cluster. */
    ConnectWorker addReady() throws Exception {
        ConnectWorker worker = add();
        worker.awaitHealthy(START_MS);
        return worker;
    }

    private Path log4j() {
        return folder.resolve("worker-log4j.properties");
    }

    private Map<String, String> config(int port) {
        Map<String, String> config = new HashMap<>(Map.of(
                "bootstrap.servers", kafka.bootstrapServers(),
                "group.id", "workers",
                "listeners", "http://127.0.0.1:" + port,
                "rest.advertised.host.name", "127.0.0.1",
                "rest.advertised.port", Integer.toString(port),
                "plugin.path", folder.resolve("plugins").toString(),
                "plugin.discovery", "service_load",
                "key.converter", "org.apache.kafka.connect.storage.StringConverter",
                "value.converter", "org.apache.kafka.connect.storage.StringConverter"));
        for (String kind : List.of("config", "offset", "status")) {
            config.put(kind + ".storage.topic", "workers-" + kind);
            config.put(kind + ".storage.replication.factor", "1");
        }
        config.putAll(Map.of(
                "offset.storage.partitions", "1",
                "status.storage.partitions", "1",
                // Long, as Connect's default: the sink asks for commits itself.
                "offset.flush.interval.ms", "60000",
                "scheduled.rebalance.max.delay.ms", "1000",
                // A busy machine must not take work away from a worker that lives, nor cut off a task that stops.
                "session.timeout.ms", Long.toString(SESSION_MS),
                "heartbeat.interval.ms", "1000",
                "consumer.session.timeout.ms", Long.toString(SESSION_MS),
                "consumer.heartbeat.interval.ms", "1000",
                "task.shutdown.graceful.timeout.ms", "60000"));
        config.putAll(Map.of(
                "config.providers", "directory",
                "config.providers.directory.class", "org.apache.kafka.common.config.provider.DirectoryConfigProvider",
                "config.providers.directory.param.allowed.paths", secrets().toString()));
        return config;
    }

    @Override
    public void close() {
        workers.forEach(ConnectWorker::kill);
    }
}
