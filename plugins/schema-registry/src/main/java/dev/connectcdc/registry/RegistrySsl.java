package dev.connectcdc.registry;

import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

/** Key and trusted authorities for https: settings of Kafka's clients with a prefix, and files of the same types. */
final class RegistrySsl {

    static final String PREFIX = "schema.registry.";

    private static final ConfigDef OF_KAFKA = new ConfigDef().withClientSslSupport();

    private static final List<String> NAMES = List.of(
            SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG,
            SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG,
            SslConfigs.SSL_TRUSTSTORE_PASSWORD_CONFIG,
            SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG,
            SslConfigs.SSL_KEYSTORE_TYPE_CONFIG,
            SslConfigs.SSL_KEYSTORE_PASSWORD_CONFIG,
            SslConfigs.SSL_KEY_PASSWORD_CONFIG);

    private RegistrySsl() {}

    static ConfigDef addTo(ConfigDef definition) {
        for (String name : NAMES) {
            ConfigKey key = OF_KAFKA.configKeys().get(name);
            definition.define(PREFIX + name, key.type, key.defaultValue, key.importance, key.documentation);
        }
        return definition;
    }

    /** @return null where no file is set: the JVM's own then */
    static SSLContext context(AbstractConfig config) {
        if (config.getString(PREFIX + SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG) == null
                && config.getString(PREFIX + SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG) == null) {
            return null;
        }
        Map<String, Object> settings = OF_KAFKA.parse(Map.of());
        NAMES.forEach(name -> settings.put(name, config.values().get(PREFIX + name)));
        try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
            factory.configure(settings);
            return factory.sslContext();
        } catch (KafkaException e) {
            throw new ConfigException("the settings " + PREFIX + "ssl.* cannot be used: " + e.getMessage()
                    + ". Set them to files that exist, with their types and passwords.");
        }
    }
}
