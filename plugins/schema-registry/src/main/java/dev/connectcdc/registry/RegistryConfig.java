package dev.connectcdc.registry;

import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;

/** Settings of a converter that uses a schema registry. Their names are those of Confluent's converters. */
public final class RegistryConfig extends AbstractConfig {

    public static final String URLS = "schema.registry.url";
    public static final String AUTO_REGISTER = "auto.register.schemas";
    public static final String CREDENTIALS_SOURCE = "basic.auth.credentials.source";
    public static final String USER_INFO = "basic.auth.user.info";
    public static final String CACHE_SIZE = "schemas.cache.size";

    public RegistryConfig(Map<String, ?> settings) {
        super(definition(), settings, false);
    }

    /** A new definition, to which a converter may add its own settings. */
    public static ConfigDef definition() {
        return new ConfigDef()
                .define(URLS, Type.LIST, ConfigDef.NO_DEFAULT_VALUE, Importance.HIGH,
                        "URLs of the schema registry's API, as Confluent's version 7 has it. If one does not answer, "
                                + "the next one is asked.")
                .define(AUTO_REGISTER, Type.BOOLEAN, true, Importance.MEDIUM,
                        "True: a schema that its subject does not have yet is registered. False: its subject must have it.")
                .define(CREDENTIALS_SOURCE, Type.STRING, "URL", ConfigDef.ValidString.in("URL", "USER_INFO"),
                        Importance.MEDIUM,
                        "Where user and password come from: URL (http://user:password@host) or USER_INFO.")
                .define(USER_INFO, Type.PASSWORD, "", Importance.MEDIUM,
                        "user:password, with " + CREDENTIALS_SOURCE + "=USER_INFO.")
                .define(CACHE_SIZE, Type.INT, 1000, ConfigDef.Range.atLeast(1), Importance.LOW,
                        "How many schemas are kept in memory; the least used ones go first.");
    }
}
