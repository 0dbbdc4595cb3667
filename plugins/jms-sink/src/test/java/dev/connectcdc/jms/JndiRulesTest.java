package dev.connectcdc.jms;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to make JNDI load or call what it should not, tried at validation, at the connector and at the task. */
class JndiRulesTest {

    private static final String URL = "tcp://127.0.0.1:1";

    private static void assertRefused(Map<String, String> props) {
        JmsSinkConnector connector = new JmsSinkConnector();
        List<ConfigValue> values = connector.validate(props).configValues();
        assertTrue(values.stream().anyMatch(value -> !value.errorMessages().isEmpty()), "validation finds it");
        assertThrows(ConfigException.class, () -> connector.start(props));
        assertThrows(ConfigException.class, () -> new JmsSinkTask().start(props));
    }

    private static void assertAccepted(Map<String, String> props) {
        JmsSinkConnector connector = new JmsSinkConnector();
        for (ConfigValue value : connector.validate(props).configValues()) {
            assertEquals(List.of(), value.errorMessages());
        }
        assertDoesNotThrow(() -> connector.start(props));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "com.sun.jndi.ldap.LdapCtxFactory",
                "com.sun.jndi.rmi.registry.RegistryContextFactory",
                "com.sun.jndi.dns.DnsContextFactory",
                "com.sun.jndi.cosnaming.CNCtxFactory",
                "com.sun.jndi.fscontext.RefFSContextFactory",
                "org.apache.activemq.artemis.jndi.ActiveMQInitialContextFactory ; x",
                "dev.connectcdc.jms.JmsSinkTask"
            })
    void initialContextFactoriesThatAreNotListed(String factory) {
        assertRefused(Worker.props(URL, "q", "java.naming.factory.initial", factory));
    }

    @Test
    void onlyTheWorkersSystemPropertyNamesFurtherFactories() {
        String factory = "org.example.ContextFactory";
        Map<String, String> props = Worker.props(URL, "q", "java.naming.factory.initial", factory);
        assertRefused(props);
        props.put("connectcdc.jms.jndi.factories", factory);
        props.put("jndi.connectcdc.jms.jndi.factories", factory);
        assertRefused(props);
        System.setProperty("connectcdc.jms.jndi.factories", "org.example.Other, " + factory);
        try {
            assertAccepted(props);
        } finally {
            System.clearProperty("connectcdc.jms.jndi.factories");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ldap://evil:1389/x", "LDAP://evil/x", "ldaps://evil/x", "rmi://evil/x", "dns://evil/x", "dns:evil",
                "iiop://evil/x", "iiopname://evil/x", "corbaname::evil#x", "corbaname:iiop:evil#x", "corbaloc::evil/x",
                "nis://evil/x", "java:comp/env/x", "java:/x"
            })
    void remoteNamesWhereverTheyAreLookedUp(String name) {
        assertRefused(Worker.props(URL, "q", "connection.factory.name", name));
        assertRefused(Worker.props(URL, name));
        assertRefused(Worker.props(URL, "q", "connection.factory.name", " " + name));
        assertRefused(Worker.props(URL, "x/" + name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ldap://evil:1389/x", "LdAp://evil/x", " ldap://evil/x", "ldaps://evil/x", "rmi://evil:1099/x", "rmi:x",
                "dns://evil/x", "dns:evil", "iiop://evil/x", "iiop:evil", "iiopname://evil/x", "corbaname::evil#x",
                "corbaname:iiop:evil#x", "corbaloc::evil/x", "(tcp://a:1,ldap://evil/x)", "tcp://a:1?x=ldap://evil/x",
                "tcp://a:1?x=%6c%64ap%3a//evil/x", "tcp://a:1?x=%256cdap://evil/x&y=100%", "tcp://a:1#ldap://evil/x",
                "tcp://a:1;rmi:evil", "failover:(rmi://evil)", "tcp://a/ldap://evil/x", "${jndi:ldap://evil/x}",
                "vm://0", "vm:(broker:(tcp://localhost:6000)?persistent=false)", "vm://x?brokerConfig=xbean:http://evil/x.xml",
                "peer://group/x", "broker:(tcp://localhost:1)", "discovery:(multicast://default)", "multicast://239.1.1.1:6155",
                "jgroups://channel?file=http://evil/x.xml", "udp://231.7.7.7:9876"
            })
    void urlsOfNamingServicesAndOfBrokersInsideTheWorker(String url) {
        assertRefused(Worker.props(url, "q"));
        assertRefused(Worker.props(URL, "q", "connectionFactory.ConnectionFactory", url));
        assertRefused(Worker.props(URL, "q", "jndi.connectionFactory.X", url));
        assertRefused(Worker.props(URL, "q", "jndi.anything", url));
        assertRefused(Worker.props(URL, "q", "queue.q", url));
        assertRefused(Worker.props(URL, "q", "topic.t", url));
    }

    /** ActiveMQ's client would read the file, and connect to the addresses in it without these rules. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "failover:(tcp://a:1)?updateURIsURL=file:///etc/passwd", "failover:(tcp://a:1)?randomize=false&UPDATEURISURL=x",
                "failover:(tcp://a:1)?nested.updateURIsURL=http://evil/x", "failover:(tcp://a:1)?%75pdateURIsURL=x",
                "tcp://a:1?brokerConfig=http://evil/x.xml", "failover:(tcp://a:1?updateURIsURL=x)"
            })
    void parametersThatReadAddressesFromElsewhere(String url) {
        assertRefused(Worker.props(url, "q"));
        assertRefused(Worker.props(URL, "q", "connectionFactory.ConnectionFactory", url));
        assertRefused(Worker.props(URL, "q", "jndi.anything", url));
        ConfigException e =
                assertThrows(ConfigException.class, () -> new JmsSinkConnector().start(Worker.props(url, "q")));
        assertTrue(e.getMessage().contains("list the addresses in the URL"), e.getMessage());
        assertFalse(e.getMessage().contains("passwd"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.naming.factory.initial", "java.naming.provider.url", "java.naming.factory.object",
                "java.naming.factory.url.pkgs", "java.naming.factory.control", "java.naming.dns.url",
                "java.naming.security.principal", "Java.Naming.Factory.Object", "com.sun.jndi.ldap.object.trustURLCodebase",
                "com.sun.jndi.rmi.object.trustURLCodebase", "javax.naming.x", "sun.x", "jdk.jndi.object.factoriesFilter"
            })
    void settingsOfJndiItselfDoNotPass(String key) {
        assertRefused(Worker.props(URL, "q", "jndi." + key, "org.example.X"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp://127.0.0.1:61616", "tcp://broker:61616", "tcp://dns:61616", "tcp://vm:61616?a=b", "ssl://my-broker:61617",
                "(tcp://rmi.example.org:61616,tcp://ldap.example.org:61616)?ha=true&reconnectAttempts=3",
                "failover:(tcp://a:61616,ssl://b:61617)?randomize=false", "tcp://user:pass@broker:61616",
                "tcp://a:61616?sslEnabled=true&trustStorePath=/etc/store.p12", "tcp://[::1]:61616", "tcp://udp:61616",
                "failover:(tcp://discovery:61616)?updateURIsSupported=false"
            })
    void addressesOfBrokersPass(String url) {
        assertAccepted(Worker.props(url, "q"));
        assertAccepted(Worker.props(URL, "q", "connectionFactory.X", url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp://a b", "tcp://a?x=\"", "tcp://a?x={y}", "tcp://a?x=|", "tcp://a?x=\\", "tcp://a?x=100%", "tcp://a?x=%zz",
                "tcp://a\n:1"
            })
    void urlsThatJavaCannotReadAreRefusedAsArtemisWouldPrintThem(String url) {
        assertRefused(Worker.props(url, "q"));
        assertRefused(Worker.props(URL, "q", "jndi.connectionFactory.X", url));
    }

    @ParameterizedTest
    @ValueSource(strings = {"CustomersJSON", "a.b-c_d", "dir/queue", "address::queue", "größe"})
    void plainDestinationsPass(String name) {
        assertAccepted(Worker.props(URL, name));
    }

    @Test
    void aRefusedUrlIsNotQuoted() {
        Map<String, String> props = Worker.props("ldap://evil/x?password=secret-4711", "q");
        ConfigException e = assertThrows(ConfigException.class, () -> new JmsSinkTask().start(props));
        assertTrue(e.getMessage().contains("java.naming.provider.url"), e.getMessage());
        assertFalse(e.getMessage().contains("secret-4711"), e.getMessage());
        new JmsSinkConnector().validate(props).configValues().forEach(value ->
                value.errorMessages().forEach(message -> assertFalse(message.contains("secret-4711"), message)));
    }
}
