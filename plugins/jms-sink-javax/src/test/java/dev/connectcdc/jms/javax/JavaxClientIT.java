package dev.connectcdc.jms.javax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.zip.ZipEntry;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The finished JAR with ActiveMQ's client 5.15.4, which has JMS 1.1, and a real broker of that version. */
@Timeout(120)
class JavaxClientIT {

    private static final Pattern OURS = Pattern.compile("META-INF/(MANIFEST\\.MF|[\\w-]*(LICENSE|NOTICE)"
            + "|maven/dev\\.connectcdc/.*|services/org\\.apache\\.kafka\\.connect\\.sink\\.SinkConnector)"
            + "|dev/connectcdc/jms/javax/.*");

    @TempDir
    Path folder;

    private PluginFolder plugin;

    @BeforeEach
    void makeFolder() throws IOException {
        plugin = new PluginFolder(folder.resolve("plugins"));
    }

    private static Map<String, String> props(Broker broker, String... more) {
        Map<String, String> props = new HashMap<>(Map.of(
                "name", "test-sink",
                "connector.class", PluginFolder.CONNECTOR,
                "topics", "orders",
                "java.naming.factory.initial", "org.apache.activemq.jndi.ActiveMQInitialContextFactory",
                "java.naming.provider.url", broker.url(),
                "java.naming.security.principal", Broker.USER,
                "java.naming.security.credentials", Broker.PASSWORD,
                "jms.destination.name", "rows"));
        for (int i = 0; i < more.length; i += 2) {
            props.put(more[i], more[i + 1]);
        }
        return props;
    }

    private static List<String> rows(long from, long to) {
        return LongStream.range(from, to).mapToObj(i -> "row " + i).toList();
    }

    @Test
    void onlyClassesOfItsOwnAreInIt() throws IOException {
        try (JarFile jar = new JarFile(PluginFolder.JAR.toFile())) {
            for (ZipEntry entry : jar.stream().filter(entry -> !entry.isDirectory()).toList()) {
                assertTrue(OURS.matcher(entry.getName()).matches(), entry.getName());
                String bytes = new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.ISO_8859_1);
                boolean isClass = entry.getName().endsWith(".class");
                assertFalse(isClass && Pattern.compile("(?<!mq\\.)jakarta[./]jms").matcher(bytes).find(), entry.getName());
            }
        }
    }

    @Test
    void isFoundWithItsVersion() {
        assertEquals(PluginFolder.CONNECTOR, plugin.connector().getClass().getName());
        assertTrue(plugin.connector().version().matches("\\d+\\.\\d+\\.\\d+.*"), plugin.connector().version());
    }

    @Test
    void rowsSurviveARestartOfTheBroker() throws Exception {
        try (Broker broker = new Broker(folder.resolve("data"));
                PluginFolder.Running task = plugin.start(props(broker))) {
            task.put(0, 500);
            broker.stop();
            assertThrows(RetriableException.class, () -> task.put(500, 1000));
            broker.start();
            task.retryUntilDelivered(1000);
            assertEquals(rows(0, 1000), List.copyOf(new LinkedHashSet<>(broker.texts("rows"))));
        }
    }

    @Test
    void exactlyOnce() throws Exception {
        try (Broker broker = new Broker(folder.resolve("data"))) {
            Map<String, String> props = props(broker, "exactly.once.state.queue", "states");
            try (PluginFolder.Running task = plugin.start(props)) {
                task.put(0, 100);
            }
            try (PluginFolder.Running task = plugin.start(props)) {
                task.put(50, 150);
            }
            assertEquals(rows(0, 150), broker.texts("rows"));
        }
    }

    /** In JMS 1.1 a connection is no AutoCloseable. */
    @Test
    void closesItsConnection() throws Exception {
        try (Broker broker = new Broker(folder.resolve("data"))) {
            try (PluginFolder.Running task = plugin.start(props(broker))) {
                task.put(0, 1);
                assertEquals(1, broker.connections());
            }
            assertEquals(0, broker.connections());
        }
    }

    @Test
    void connectsByTheClassOfItsConnectionFactory() throws Exception {
        try (Broker broker = new Broker(folder.resolve("data"))) {
            Map<String, String> props = props(broker,
                    "jms.connection.factory.class", "org.apache.activemq.ActiveMQConnectionFactory",
                    "jms.connection.factory.property.brokerURL", broker.url(),
                    "jms.username", Broker.USER,
                    "jms.password", Broker.PASSWORD);
            props.keySet().removeIf(setting -> setting.startsWith("java.naming."));
            try (PluginFolder.Running task = plugin.start(props)) {
                task.put(0, 3);
            }
            assertEquals(rows(0, 3), broker.texts("rows"));
        }
    }

    @Test
    void aWrongPasswordFailsTheTask() throws Exception {
        try (Broker broker = new Broker(folder.resolve("data"))) {
            ConnectException e = assertThrows(
                    ConnectException.class,
                    () -> plugin.start(props(broker, "java.naming.security.credentials", "wrong-pass-4712")));
            assertTrue(e.getMessage().contains("the broker refuses user 'cdc'"), e.getMessage());
            assertFalse(e.getMessage().contains("wrong-pass-4712"));
        }
    }

    @Test
    void aSettingOfJms2IsNamedAsSuch() throws Exception {
        try (Broker broker = new Broker(folder.resolve("data"));
                PluginFolder.Running task = plugin.start(props(broker, "jms.delivery.delay.ms", "5"))) {
            ConnectException e = assertThrows(ConnectException.class, () -> task.put(0, 1));
            assertTrue(e.getMessage().contains("older than JMS 2"), e.getMessage());
            assertTrue(e.getMessage().contains("setDeliveryDelay"), e.getMessage());
        }
    }
}
