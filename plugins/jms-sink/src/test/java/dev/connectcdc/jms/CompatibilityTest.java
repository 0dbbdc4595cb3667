package dev.connectcdc.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigException;
import org.apache.log4j.AppenderSkeleton;
import org.apache.log4j.Level;
import org.apache.log4j.Logger;
import org.apache.log4j.spi.LoggingEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Configs of other JMS sinks: other names of settings, settings that this sink does not have, the page about moving over. */
class CompatibilityTest {

    private static final String URL = "tcp://127.0.0.1:1";
    private static final Path PAGE = Path.of("..", "..", "docs", "moving-over.md");

    private final JmsSinkConnector connector = new JmsSinkConnector();

    private static Map<String, List<String>> errors(Config config) {
        return config.configValues().stream()
                .filter(value -> !value.errorMessages().isEmpty())
                .collect(Collectors.toMap(value -> value.name(), value -> value.errorMessages()));
    }

    @Test
    void otherNamesAreTaken() {
        JmsSinkConfig config = new JmsSinkConfig(Worker.props(URL, "q",
                "jms.producer.time.to.live.ms", "60000",
                "jms.producer.delivery.mode", "NON_PERSISTENT",
                "jms.producer.priority", "7",
                "jms.connection.backoff.ms", "2000",
                "jms.retry.backoff.ms", "2000"));
        assertEquals(60_000, config.timeToLiveMs().of(Worker.text(0)));
        assertFalse(config.isPersistent());
        assertEquals(7, config.priority().of(Worker.text(0)));
        assertEquals(2000, config.backoffMs());
    }

    @Test
    void twoNamesWithDifferentValuesAreRefused() {
        Map<String, String> props =
                Worker.props(URL, "q", "jms.producer.priority", "7", "jms.priority", "${header.priority}");
        assertEquals(Set.of("jms.producer.priority"), errors(connector.validate(props)).keySet());
        assertThrows(ConfigException.class, () -> connector.start(props));
    }

    @Test
    void rulesHoldForOtherNamesToo() {
        Map<String, String> props = Worker.props(URL, "q",
                "exactly.once.state.queue", "states", "jms.producer.delivery.mode", "NON_PERSISTENT");
        assertEquals(Set.of("jms.delivery.mode"), errors(connector.validate(props)).keySet());
    }

    @ParameterizedTest
    @CsvSource({
        "Solace_JMS_VPN, default",
        "com.tibco.tibjms.naming.security_protocol, ssl",
        "db_url, jdbc:oracle:thin:@//db:1521/orcl",
        "connectionfactory.main, amqp://broker:5672",
        "queue.q, Orders",
    })
    void vendorsSettingsOfJndiPassWithoutPrefix(String setting, String value) {
        Map<String, String> props = Worker.props(URL, "q", setting, value);
        assertEquals(Map.of(), errors(connector.validate(props)));
        assertEquals(value, new JmsSinkConfig(props).jndiEnvironment().get(setting));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Solace_JMS_VPN", "com.tibco.tibjms.naming.x", "db_url"})
    void andAreCheckedLikeTheOthers(String setting) {
        assertThrows(ConfigException.class, () -> new JmsSinkConfig(Worker.props(URL, "q", setting, "ldap://evil/x")));
    }

    @ParameterizedTest
    @CsvSource({
        "jms.priorty, 'correct its name, or remove it'",
        "java.naming.referral, 'correct its name, or remove it'",
        "connection.factory, 'correct its name, or remove it'",
        "jms.connection.max.retries, 'remove it: the sink connects again without a limit'",
        "exactly.once.enabled, 'set exactly.once.state.queue'",
        "activemq.url, 'correct its name, or remove it'",
    })
    void unknownSettingsAreWarnedOfAndOnRequestRefused(String setting, String remedy) {
        Map<String, String> props = Worker.props(URL, "q", setting, "secret-4711");
        List<String> warnings = warnings(() -> assertEquals(Map.of(), errors(connector.validate(props))));
        assertEquals(
                List.of("Connector test-sink: the sink has no setting '" + setting + "' and ignores it; " + remedy),
                warnings);
        connector.start(props);

        props.put("unknown.settings.handling", "fail");
        assertEquals(
                Map.of("unknown.settings.handling",
                        List.of("unknown.settings.handling: the sink has no setting '" + setting + "': " + remedy)),
                errors(connector.validate(props)));
        assertThrows(ConfigException.class, () -> connector.start(props));
    }

    @Test
    void settingsOfConnectAndOfPartsAreNoConcernOfTheSink() {
        Map<String, String> props = Worker.props(URL, "q", "unknown.settings.handling", "fail",
                "transforms", "a", "transforms.a.jms.x", "y", "consumer.override.max.poll.records", "9",
                "errors.tolerance", "all", "jndi.x", "y", "confluent.license", "");
        assertEquals(Map.of(), errors(connector.validate(props)));
    }

    /** Each config for this sink in the page is one that it takes as it is, without an unknown setting. */
    @Test
    void configsOfThePageAboutMovingOverAreValid() throws IOException {
        assumeTrue(Files.exists(PAGE));
        List<Map<String, String>> configs = configsOfPage();
        assertTrue(configs.size() >= 9, configs.size() + " configs");
        for (Map<String, String> config : configs) {
            Map<String, String> props = new HashMap<>(config);
            props.put("unknown.settings.handling", "fail");
            assertEquals(Map.of(), errors(connector.validate(props)), config.toString());
            new JmsSinkConfig(props);
        }
    }

    private static List<Map<String, String>> configsOfPage() throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<Map<String, String>> configs = new ArrayList<>();
        for (var block : Pattern.compile("```json\\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE)).results().toList()) {
            Map<String, String> config = json.readValue(block.group(1), new TypeReference<>() {});
            if (config.get("connector.class").startsWith("dev.connectcdc.")) {
                configs.add(config);
            }
        }
        return configs;
    }

    private static List<String> warnings(Runnable work) {
        List<String> warnings = new ArrayList<>();
        AppenderSkeleton appender = new AppenderSkeleton() {
            @Override
            protected void append(LoggingEvent event) {
                if (event.getLevel() == Level.WARN) {
                    warnings.add(event.getRenderedMessage());
                }
            }

            @Override
            public void close() {
                // Nothing is held open.
            }

            @Override
            public boolean requiresLayout() {
                return false;
            }
        };
        Logger logger = Logger.getLogger(JmsSinkConnector.class);
        logger.addAppender(appender);
        try {
            work.run();
        } finally {
            logger.removeAppender(appender);
        }
        return warnings;
    }
}
