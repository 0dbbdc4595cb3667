package dev.connectcdc.jms;

import java.util.List;
import java.util.Set;
import org.apache.kafka.common.config.ConfigException;

/**
 * What a connector's config may say about a connection factory without JNDI: classes and properties from lists. A free
 * choice would load any class of the worker, and call any of its setters.
 */
final class FactoryRules {

    /** System property of the worker with further classes of connection factories, separated by commas. */
    static final String CLASSES_PROPERTY = "connectcdc.jms.connection.factories";

    /** System property of the worker with further properties of connection factories, separated by commas. */
    static final String PROPERTIES_PROPERTY = "connectcdc.jms.connection.factory.properties";

    /** Settings that are properties of the connection factory begin so. */
    static final String PROPERTY_PREFIX = "jms.connection.factory.property.";

    /** Properties that are secrets, as ActiveMQ's factory for TLS names them. */
    static final List<String> SECRETS = List.of("trustStorePassword", "keyStorePassword", "keyStoreKeyPassword");

    private static final Set<String> BUILT_IN_CLASSES = Set.of(
            "org.apache.activemq.ActiveMQConnectionFactory",
            "org.apache.activemq.ActiveMQSslConnectionFactory",
            "org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory",
            "org.apache.qpid.jms.JmsConnectionFactory",
            "com.ibm.mq.jakarta.jms.MQConnectionFactory",
            "com.ibm.mq.jms.MQConnectionFactory",
            "com.rabbitmq.jms.admin.RMQConnectionFactory",
            "com.tibco.tibjms.TibjmsConnectionFactory");

    private static final Set<String> URLS = Set.of("brokerURL", "remoteURI", "serverUrl", "uri");

    private static final Set<String> FILES = Set.of("trustStore", "keyStore");

    private static final Set<String> PLAIN = Set.of(
            "SSLCipherSuite", "appName", "callTimeout", "channel", "clientFailureCheckPeriod", "closeTimeout",
            "compressLargeMessage", "connectResponseTimeout", "connectTimeout", "connectionNameList", "connectionTTL",
            "host", "hostName", "minLargeMessageSize", "port", "queueManager", "reconnectAttempts", "requestTimeout",
            "retryInterval", "sendTimeout", "ssl", "transportType", "useCompression", "virtualHost");

    private FactoryRules() {}

    static void checkClass(String setting, Object value) {
        Set<String> allowed = WorkerList.with(BUILT_IN_CLASSES, CLASSES_PROPERTY);
        if (!allowed.contains((String) value)) {
            throw new ConfigException(setting, value, "is not among the allowed connection factories " + allowed
                    + ". The worker's system property " + CLASSES_PROPERTY + " can name others, a connector cannot.");
        }
    }

    /** Checks a property; the message never has the value. */
    static void checkProperty(String property, String value) {
        String setting = PROPERTY_PREFIX + property;
        if (URLS.contains(property)) {
            JndiRules.checkUrl(setting, value);
        } else if (FILES.contains(property)) {
            if (value.contains(":")) {
                throw new ConfigException(setting + ": must be the path of a file on the worker");
            }
        } else if (WorkerList.with(PLAIN, PROPERTIES_PROPERTY).contains(property)) {
            JndiRules.checkValue(setting, value);
        } else if (!SECRETS.contains(property)) {
            throw new ConfigException(setting + ": is not among the allowed properties " + allowedProperties()
                    + ". The worker's system property " + PROPERTIES_PROPERTY + " can name others, a connector cannot.");
        }
    }

    private static Set<String> allowedProperties() {
        Set<String> allowed = WorkerList.with(PLAIN, PROPERTIES_PROPERTY);
        allowed.addAll(URLS);
        allowed.addAll(FILES);
        allowed.addAll(SECRETS);
        return allowed;
    }
}
