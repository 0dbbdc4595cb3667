package dev.connectcdc.jms.javax;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.runtime.isolation.LoaderSwap;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.sink.SinkConnector;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.apache.kafka.connect.sink.SinkTaskContext;

/** The finished JAR beside ActiveMQ's client, in a folder that Connect's own class loaders load. */
final class PluginFolder {

    static final Path JAR = Path.of(System.getProperty("plugin.jar"));

    /** As Connect's users write it. */
    static final String CONNECTOR = "dev.connectcdc.jms.javax.JmsSinkConnector";

    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

    private static final Pattern CLIENT =
            Pattern.compile(".*/(?:activemq-client|geronimo-jms|geronimo-j2ee-management|hawtbuf)[^/]*\\.jar");

    private final Plugins plugins;

    PluginFolder(Path pluginPath) throws IOException {
        Path folder = Files.createDirectories(pluginPath.resolve("jms-sink-javax"));
        Files.copy(JAR, folder.resolve(JAR.getFileName()));
        List<Path> client = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(CLIENT.asMatchPredicate())
                .map(Path::of)
                .toList();
        for (Path library : client) {
            Files.copy(library, folder.resolve(library.getFileName()));
        }
        plugins = new Plugins(Map.of("plugin.path", pluginPath.toString(), "plugin.discovery", "service_load"));
    }

    SinkConnector connector() {
        return (SinkConnector) plugins.newConnector(CONNECTOR);
    }

    /** A task that has started. */
    Running start(Map<String, String> props) {
        SinkConnector connector = connector();
        // As in a worker: the client looks for classes by the thread's class loader.
        LoaderSwap swap = plugins.withClassLoader(connector.getClass().getClassLoader());
        try {
            Class<? extends Task> type = connector.taskClass();
            SinkTask task = (SinkTask) type.getDeclaredConstructor().newInstance();
            task.initialize(context());
            Running running = new Running(task);
            try {
                task.start(props);
            } catch (RuntimeException e) {
                task.stop();
                throw e;
            }
            return running;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        } finally {
            swap.close();
        }
    }

    /** A started task, stopped at the end. */
    record Running(SinkTask task) implements AutoCloseable {

        /** Puts the rows, and waits until they are delivered; throws what the task says of them. */
        void put(long from, long to) {
            task.put(LongStream.range(from, to).mapToObj(PluginFolder::record).toList());
            awaitDelivered(to);
        }

        /** Waits until the task lets Connect commit this offset. */
        void awaitDelivered(long offset) {
            Map<TopicPartition, OffsetAndMetadata> wanted = Map.of(PARTITION, new OffsetAndMetadata(offset));
            do {
                task.put(List.of());
            } while (!wanted.equals(task.preCommit(new HashMap<>(wanted))));
        }

        /** The same of a batch that has failed, with a broker that is back. */
        void retryUntilDelivered(long offset) {
            while (true) {
                try {
                    awaitDelivered(offset);
                    return;
                } catch (RetriableException e) {
                    // The connection was not there yet.
                }
            }
        }

        @Override
        public void close() {
            task.stop();
        }
    }

    private static SinkRecord record(long offset) {
        return new SinkRecord(PARTITION.topic(), 0, Schema.STRING_SCHEMA, "key", Schema.STRING_SCHEMA, "row " + offset, offset, 1L,
                TimestampType.CREATE_TIME);
    }

    private static SinkTaskContext context() {
        return (SinkTaskContext) Proxy.newProxyInstance(
                PluginFolder.class.getClassLoader(),
                new Class<?>[] {SinkTaskContext.class},
                (proxy, method, arguments) ->
                        method.getName().equals("assignment") ? Set.of(PARTITION) : null);
    }
}
