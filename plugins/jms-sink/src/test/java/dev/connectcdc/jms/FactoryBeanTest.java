package dev.connectcdc.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.activemq.ActiveMQSslConnectionFactory;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.errors.ConnectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connection factories without JNDI, and what their settings may not be. Tests of each broker connect by them. */
class FactoryBeanTest {

    static final String ARTEMIS = "org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory";
    private static final String ACTIVEMQ_TLS = "org.apache.activemq.ActiveMQSslConnectionFactory";
    private static final String URL = "tcp://127.0.0.1:1";

    /** Settings for the queue {@code rows.by.class}, with properties of the connection factory. */
    static Map<String, String> props(String factory, String... properties) {
        Map<String, String> props =
                new HashMap<>(Worker.props(URL, "rows.by.class", "jms.connection.factory.class", factory));
        props.keySet().removeIf(setting -> setting.startsWith("java.naming."));
        for (int i = 0; i < properties.length; i += 2) {
            props.put("jms.connection.factory.property." + properties[i], properties[i + 1]);
        }
        return props;
    }

    private static Set<String> settingsWithErrors(Map<String, String> props) {
        return new JmsSinkConnector().validate(props).configValues().stream()
                .filter(value -> !value.errorMessages().isEmpty())
                .map(value -> value.name())
                .collect(Collectors.toSet());
    }

    private static void assertRefused(String setting, Map<String, String> props) {
        assertEquals(Set.of(setting), settingsWithErrors(props));
        assertThrows(ConfigException.class, () -> new JmsSinkConnector().start(props));
        assertThrows(ConfigException.class, () -> new JmsSinkTask().start(props));
    }

    @Test
    void propertiesAreSet() {
        ActiveMQSslConnectionFactory factory = assertInstanceOf(
                ActiveMQSslConnectionFactory.class,
                new FactoryBean(new JmsSinkConfig(props(ACTIVEMQ_TLS, "brokerURL", "ssl://broker:61617",
                                "trustStore", "/etc/connect/trust.p12", "trustStorePassword", "secret-4711")))
                        .connectionFactory());
        assertEquals("ssl://broker:61617", factory.getBrokerURL());
        assertEquals("/etc/connect/trust.p12", factory.getTrustStore());
        assertEquals("secret-4711", factory.getTrustStorePassword());
    }

    @ParameterizedTest
    @CsvSource({
        "brokerURL, ldap://evil/x",
        "brokerURL, vm://0",
        "brokerURL, failover:(tcp://a:1)?updateURIsURL=file:///etc/passwd",
        "brokerURL, tcp://a b",
        "trustStore, http://evil/x.p12",
        "hostName, ldap://evil/x",
        "CCDTURL, http://evil/x",
        "connectionLoadBalancingPolicyClassName, evil.Policy",
        "incomingInterceptorList, evil.Interceptor",
        "trustedPackages, *",
    })
    void propertiesThatAreRefused(String property, String value) {
        assertRefused("jms.connection.factory.class", props(ARTEMIS, property, value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"org.apache.activemq.ActiveMQXAConnectionFactory", "java.lang.ProcessBuilder", "evil.Factory"})
    void classesThatAreNotListed(String factory) {
        assertRefused("jms.connection.factory.class", props(factory));
    }

    @ParameterizedTest
    @CsvSource({
        "connectcdc.jms.connection.factories, org.example.Factory, org.example.Factory, port",
        "connectcdc.jms.connection.factory.properties, model, " + ARTEMIS + ", model",
    })
    void onlyTheWorkersSystemPropertiesNameFurtherOnes(String list, String listed, String factory, String property) {
        Map<String, String> props = props(factory, property, "1");
        props.put(list, listed);
        assertRefused("jms.connection.factory.class", props);
        System.setProperty(list, listed);
        try {
            assertEquals(Set.of(), settingsWithErrors(props));
        } finally {
            System.clearProperty(list);
        }
    }

    @Test
    void jndiAndAClassExcludeEachOther() {
        Map<String, String> props = props(ARTEMIS);
        props.put("java.naming.provider.url", URL);
        assertRefused("java.naming.provider.url", props);
        assertRefused("jms.connection.factory.class",
                Worker.props(URL, "q", "jms.connection.factory.property.brokerURL", URL));
    }

    @Test
    void secretsArePasswordsAndNotInErrors() {
        JmsSinkConfig.CONFIG_DEF.configKeys().values().stream()
                .filter(key -> key.name.startsWith("jms.connection.factory.property."))
                .forEach(key -> assertEquals(ConfigDef.Type.PASSWORD, key.type, key.name));
        Map<String, String> props = props(ARTEMIS, "brokerURL", "tcp://127.0.0.1:1?keyStorePassword=secret-4711&x=y",
                "trustStorePassword", "secret-4712");
        ConnectException e =
                assertThrows(ConnectException.class, () -> new FactoryBean(new JmsSinkConfig(props)).connectionFactory());
        assertTrue(e.getMessage().contains("has no property 'trustStorePassword'"), e.getMessage());
        assertFalse(e.getMessage().contains("secret-471"), e.getMessage());
    }

    @Test
    void aMissingClassIsNamed() {
        Map<String, String> props = props("com.rabbitmq.jms.admin.RMQConnectionFactory");
        ConnectException e = assertThrows(ConnectException.class, () -> new JmsSinkTask().start(props));
        assertTrue(e.getMessage().contains("com.rabbitmq.jms.admin.RMQConnectionFactory is missing"), e.getMessage());
    }
}
