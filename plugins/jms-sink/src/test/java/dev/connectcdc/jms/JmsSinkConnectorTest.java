package dev.connectcdc.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.sink.SinkConnector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JmsSinkConnectorTest {

    private static final String PROVIDER_URL = "tcp://127.0.0.1:1";

    private final JmsSinkConnector connector = new JmsSinkConnector();

    @Test
    void taskConfigsAreTheConnectorsWithANumber() {
        connector.start(Worker.props(PROVIDER_URL, "q", "tasks.max", "3"));
        assertEquals(
                Stream.of("0", "1", "2")
                        .map(number -> Worker.props(PROVIDER_URL, "q", "tasks.max", "3", "task.number", number))
                        .toList(),
                connector.taskConfigs(3));
        assertEquals(JmsSinkTask.class, connector.taskClass());
        connector.stop();
    }

    @Test
    void isFoundAsAServiceWithAVersion() {
        SinkConnector found = StreamSupport.stream(ServiceLoader.load(SinkConnector.class).spliterator(), false)
                .filter(JmsSinkConnector.class::isInstance)
                .findAny()
                .orElseThrow();
        assertTrue(found.version().matches("\\d+\\.\\d+\\.\\d+.*"), found.version());
        assertEquals(found.version(), new JmsSinkTask().version());
    }

    @Test
    void everySettingIsDocumentedAndPasswordsAreOnesToConnect() {
        for (ConfigDef.ConfigKey key : connector.config().configKeys().values()) {
            assertFalse(key.documentation.isBlank(), key.name);
            assertNotNull(key.group, key.name);
            assertTrue(key.orderInGroup > 0 && !key.displayName.equals(key.name), key.name);
            boolean secret = key.name.matches("(?i).*(password|credentials)");
            assertEquals(secret, key.type == ConfigDef.Type.PASSWORD, key.name);
        }
    }

    /** Beside the plugins in their repository; where only the plugins are, there is no page to look at. */
    @Test
    void everySettingAndItsDefaultIsInThePage() throws Exception {
        Path page = Path.of("..", "..", "docs", "jms-sink.md");
        assumeTrue(Files.exists(page));
        List<String> lines = Files.readAllLines(page);
        for (ConfigDef.ConfigKey key : connector.config().configKeys().values()) {
            String value = !key.hasDefault() ? "required" : key.defaultValue == null ? "none" : "`" + key.defaultValue + "`";
            Pattern row = Pattern.compile("\\| `" + Pattern.quote(key.name) + "` +\\| " + Pattern.quote(value) + " +\\|.*");
            assertTrue(lines.stream().anyMatch(line -> row.matcher(line).matches()), key.name + " " + value);
        }
    }

    @Test
    void everyChoiceIsRecommendedAndAccepted() {
        Map<String, String> props = Worker.props(PROVIDER_URL, "q");
        Set<String> withChoices = connector.validate(props).configValues().stream()
                .filter(value -> !value.recommendedValues().isEmpty())
                .map(value -> {
                    value.recommendedValues().forEach(choice ->
                            assertEquals(Set.of(), settingsWithErrors(Worker.props(PROVIDER_URL, "q", value.name(), (String) choice))));
                    return value.name();
                })
                .collect(Collectors.toSet());
        assertEquals(
                Set.of("java.naming.factory.initial", "jms.destination.type", "jms.message.format", "behavior.on.null.values",
                        "jms.delivery.mode", "jms.reply.to.type", "jms.group.id", "jms.last.value.key",
                        "unknown.settings.handling"),
                withChoices);
    }

    @ParameterizedTest
    @CsvSource({
        "jms.destination.type, inbox",
        "jms.message.format, avro",
        "character.encoding, UTF-99",
        "character.encoding, ' '",
        "behavior.on.null.values, maybe",
        "jms.delivery.mode, sometimes",
        "jms.priority, 10",
        "jms.priority, high",
        "jms.priority, '${value}'",
        "jms.delivery.delay.ms, -1",
        "jms.message.type, '${header.}'",
        "jms.destination.name, 'q.${table}'",
        "jms.destination.name, 'ldap://${topic}'",
        "jms.reply.to.name, 'a:b'",
        "jms.group.id, topic",
        "jms.last.value.key, partition",
        "exactly.once.state.queue, ' '",
        "jms.time.to.live.ms, -1",
        "jms.batch.timeout.ms, 0",
        "jms.retry.backoff.ms, 0",
        "jms.duplicate.detection, perhaps",
        "jms.destination.name, ' '",
        "connection.factory.name, ' '",
        "jms.username, ''",
        "jms.client.id, ''",
        "java.naming.security.principal, ''",
        "jms.producer.priority, 10",
        "jms.producer.delivery.mode, sometimes",
        "jms.connection.backoff.ms, 0",
        "unknown.settings.handling, ignore",
    })
    void badSettingsAreRefusedByName(String setting, String value) {
        Map<String, String> props = Worker.props(PROVIDER_URL, "q", setting, value);
        assertEquals(Set.of(setting), settingsWithErrors(props));
        assertThrows(ConfigException.class, () -> connector.start(props));
    }

    @ParameterizedTest
    @CsvSource({
        "jms.priority, '${header.priority}'",
        "jms.time.to.live.ms, '${header.ttl}000'",
        "jms.destination.name, 'rows.${topic}.${partition}'",
        "jms.message.type, '${key}'",
        "jms.reply.to.name, 'answers.${topic}'",
    })
    void templatesAreAccepted(String setting, String value) {
        Map<String, String> props = Worker.props(PROVIDER_URL, "q", setting, value);
        assertEquals(Set.of(), settingsWithErrors(props));
        connector.start(props);
    }

    @ParameterizedTest
    @CsvSource({
        "jms.duplicate.detection, true, jms.duplicate.detection",
        "jms.delivery.mode, non_persistent, jms.delivery.mode",
        "jms.destination.name, states, exactly.once.state.queue",
    })
    void pairsThatExcludeEachOtherAreRefused(String setting, String value, String refused) {
        Map<String, String> props =
                Worker.props(PROVIDER_URL, "q", "exactly.once.state.queue", "states", setting, value);
        assertEquals(Set.of(refused), settingsWithErrors(props));
        assertThrows(ConfigException.class, () -> connector.start(props));
    }

    @Test
    void missingSettingsAreNamedAllAtOnce() {
        assertEquals(
                Set.of("java.naming.factory.initial", "java.naming.provider.url", "jms.destination.name"),
                settingsWithErrors(Map.of("name", "x")));
    }

    private Set<String> settingsWithErrors(Map<String, String> props) {
        return connector.validate(props).configValues().stream()
                .filter(value -> !value.errorMessages().isEmpty())
                .map(value -> value.name())
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @CsvSource({
        "jakarta.jms-api, jakarta.jms:jakarta.jms-api",
        "artemis-jakarta-client, org.apache.activemq:artemis-jakarta-client",
    })
    void aLibraryMissingInThePluginsFolderIsNamed(String left, String named) throws Exception {
        try (URLClassLoader folder = folderWithout(left)) {
            Object whole = folder.loadClass(JmsSinkConnector.class.getName()).getDeclaredConstructor().newInstance();
            assertNotNull(whole.getClass().getMethod("config").invoke(whole), "settings are known without libraries");

            Class<?> taskClass = folder.loadClass(JmsSinkTask.class.getName());
            Object task = taskClass.getDeclaredConstructor().newInstance();
            InvocationTargetException e = assertThrows(
                    InvocationTargetException.class,
                    () -> taskClass.getMethod("start", Map.class).invoke(task, Worker.props(PROVIDER_URL, "q")));
            assertEquals("ConnectException", e.getCause().getClass().getSimpleName());
            assertTrue(e.getCause().getMessage().contains(named), e.getCause().getMessage());
            taskClass.getMethod("stop").invoke(task);
        }
    }

    /** A class loader that sees this test's class path without one library. */
    private static URLClassLoader folderWithout(String library) {
        URL[] urls = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith(library))
                .map(JmsSinkConnectorTest::url)
                .toArray(URL[]::new);
        return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                boolean logging = name.startsWith("org.slf4j.") || name.startsWith("org.apache.log4j.");
                return logging ? Class.forName(name) : super.loadClass(name, resolve);
            }
        };
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
